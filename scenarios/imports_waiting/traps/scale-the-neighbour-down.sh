# caught-by: neighbour-not-scaled-down
set -euo pipefail
kubectl -n {{ ns }} scale deployment {{ neighbour }} --replicas=0
