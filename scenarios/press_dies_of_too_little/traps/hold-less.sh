# caught-by: application-not-replaced
set -euo pipefail
kubectl -n {{ ns }} set env deployment {{ app }} ALLOCATE_MIB=4
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
