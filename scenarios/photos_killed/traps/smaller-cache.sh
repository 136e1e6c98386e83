# caught-by: cache-kept
set -euo pipefail
kubectl -n {{ ns }} set env deployment/{{ app }} ALLOCATE_MIB=8
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
