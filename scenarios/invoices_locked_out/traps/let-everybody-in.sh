# caught-by: store-not-edited
set -euo pipefail
kubectl -n {{ ns }} set env deployment {{ app }}-store STORE_AUTH=off
kubectl -n {{ ns }} rollout status deployment {{ app }}-store --timeout=60s
