# caught-by: copies-come-and-go-unnoticed
# Fewer at once, and each still costs some requests.
set -euo pipefail
kubectl -n {{ ns }} patch deployment {{ app }} -p '{"spec":{"strategy":{"rollingUpdate":{"maxSurge":1,"maxUnavailable":0}}}}'
