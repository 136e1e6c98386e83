# caught-by: neighbour-not-scaled-down
set -euo pipefail
kubectl -n {{ ns }} scale deployment {{ app }}-{{ neighbour }} --replicas=0
