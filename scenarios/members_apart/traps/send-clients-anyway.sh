# caught-by: clients-meet-ready-members
set -euo pipefail
kubectl -n {{ ns }} patch service {{ app }} -p '{"spec":{"publishNotReadyAddresses":true}}'
