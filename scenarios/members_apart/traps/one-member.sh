# caught-by: three-members
set -euo pipefail
kubectl -n {{ ns }} scale statefulset {{ app }} --replicas=1
