# caught-by: others-stay-capped
set -euo pipefail
kubectl delete mutatingwebhookconfiguration {{ guard }}.{{ ns }}
sleep 1
kubectl -n {{ ns }} rollout restart deployment {{ app }}
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
