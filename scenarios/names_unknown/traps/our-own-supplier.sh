# caught-by: page-shown
# Something answers; it is not the supplier.
set -euo pipefail
kubectl -n {{ ns }} set env deployment/{{ app }} API_URL=http://{{ app }}-help:8080
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
