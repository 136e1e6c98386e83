# caught-by: application-decides
set -euo pipefail
kubectl -n {{ ns }} patch deployment {{ app }} --type=json -p '[{"op":"remove","path":"/spec/template/spec/containers/0/readinessProbe"}]'
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
