# caught-by: copies-added
# Four copies are there, and will be at night.
set -euo pipefail
kubectl -n {{ ns }} delete hpa {{ app }}
kubectl -n {{ ns }} scale deployment {{ app }} --replicas=4
