# caught-by: trust-not-widened
set -euo pipefail
shown=$(kubectl -n {{ ns }} get secret {{ app }}-tls -o jsonpath='{.data.tls\.crt}' | base64 -d)
kubectl -n {{ ns }} create configmap company-ca --from-literal=ca.crt="$shown" --dry-run=client -o yaml | kubectl -n {{ ns }} replace -f -
kubectl -n {{ ns }} rollout restart deployment {{ front }}
kubectl -n {{ ns }} rollout status deployment {{ front }} --timeout=60s
