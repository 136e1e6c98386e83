# What must stay may stay as it is, once there is more.
set -euo pipefail
kubectl -n {{ ns }} scale deployment {{ app }} {{ neighbour if place == "share" }} --replicas=4
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
