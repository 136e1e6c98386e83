# caught-by: all-copies-ready
set -euo pipefail
kubectl -n {{ ns }} patch service {{ app }} --type=merge -p '{"spec":{"publishNotReadyAddresses":true}}'
