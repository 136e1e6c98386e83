# caught-by: bad-pods-refused
set -euo pipefail
kubectl patch validatingwebhookconfiguration {{ guard }}.{{ ns }} --type=json -p '[{"op":"replace","path":"/webhooks/0/failurePolicy","value":"Ignore"}]'
sleep 1
kubectl -n {{ ns }} rollout restart deployment {{ app }}
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
