# caught-by: senders-answered
# The complaint is another one now.
set -euo pipefail
kubectl -n {{ ns }} patch deployment {{ app }} -p '{"spec":{"template":{"spec":{"containers":[{"name":"app","image":"lab.local/shop:latest","imagePullPolicy":"Never"}]}}}}'
