# caught-by: requests-answered
# Nothing restarts a pod because a Secret has changed: its environment stays as it was.
set -euo pipefail
data=$(kubectl -n {{ ns }} get secret {{ app }}-store-auth -o jsonpath='{.data}')
kubectl -n {{ ns }} patch secret {{ app }}-credentials --type=merge -p "{\"data\":$data}"
