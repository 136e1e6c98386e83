# caught-by: capacity-kept
# All that are ordered are there.
set -euo pipefail
kubectl -n {{ ns }} scale deployment {{ app }} --replicas=1
