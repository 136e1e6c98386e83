# caught-by: front-asks-who-answers
set -euo pipefail
kubectl -n {{ ns }} set env deployment {{ front }} API_VERIFY=off
kubectl -n {{ ns }} rollout status deployment {{ front }} --timeout=60s
