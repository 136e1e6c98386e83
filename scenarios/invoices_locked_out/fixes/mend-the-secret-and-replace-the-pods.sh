# As a restart, by hand: the old pods go and the new ones read the Secret.
set -euo pipefail
data=$(kubectl -n {{ ns }} get secret {{ app }}-store-auth -o jsonpath='{.data}')
kubectl -n {{ ns }} patch secret {{ app }}-credentials --type=merge -p "{\"data\":$data}"
kubectl -n {{ ns }} delete pods -l app={{ app }} --wait=true
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
