# caught-by: release-keeps-copies
set -euo pipefail
kubectl -n {{ ns }} patch deployment {{ app }} --type=merge -p '{"spec":{"strategy":{"type":"Recreate","rollingUpdate":null}}}'
