# caught-by: store-credentials-kept
# The store is made to expect the old credentials again: every other client of it is locked out.
set -euo pipefail
data=$(kubectl -n {{ ns }} get secret {{ app }}-credentials -o jsonpath='{.data}')
kubectl -n {{ ns }} patch secret {{ app }}-store-auth --type=merge -p "{\"data\":$data}"
kubectl -n {{ ns }} rollout restart deployment {{ app }}-store
kubectl -n {{ ns }} rollout status deployment {{ app }}-store --timeout=60s
