# caught-by: scheduler-places-it
# The scheduler is not asked any more.
set -euo pipefail
node=$(kubectl -n {{ ns }} get pods -l app={{ neighbour }} -o jsonpath='{.items[0].spec.nodeName}')
kubectl -n {{ ns }} patch deployment {{ app }} --type=merge -p '{"spec":{"template":{"spec":{"nodeName":"'"$node"'","nodeSelector":null}}}}'
