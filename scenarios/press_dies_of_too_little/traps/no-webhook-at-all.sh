# caught-by: nameless-pods-refused
set -euo pipefail
kubectl delete mutatingwebhookconfiguration,validatingwebhookconfiguration {{ guard }}.{{ ns }}
sleep 1
kubectl -n {{ ns }} rollout restart deployment {{ app }}
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
