# caught-by: requests-answered
set -euo pipefail
data=$(kubectl -n {{ ns }} get secret {{ app }}-store-auth -o jsonpath='{.data}')
kubectl -n {{ ns }} patch secret {{ app }}-credentials --type=merge -p "{\"data\":$data}"
pod=$(kubectl -n {{ ns }} get pods -l app={{ app }} -o jsonpath='{.items[0].metadata.name}')
kubectl -n {{ ns }} delete pod "$pod" --wait=true
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
