# caught-by: notice-shown
set -euo pipefail
kubectl -n {{ ns }} delete pods -l app={{ app }}
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
