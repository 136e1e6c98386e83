# The application's Secret gets what the store expects; the environment is read at the start, so the copies are restarted.
set -euo pipefail
data=$(kubectl -n {{ ns }} get secret {{ app }}-store-auth -o jsonpath='{.data}')
kubectl -n {{ ns }} patch secret {{ app }}-credentials --type=merge -p "{\"data\":$data}"
kubectl -n {{ ns }} rollout restart deployment {{ app }}
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
