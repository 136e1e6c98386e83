# caught-by: workload-not-edited
# runs-on: node
set -euo pipefail
kubectl -n {{ ns }} patch deployment {{ app }} --type=merge -p '{"spec":{"template":{"spec":{"nodeName":"node1"}}}}'
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=90s
