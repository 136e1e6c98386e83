# caught-by: defaults-kept
# Now every forgotten container of every team may take as much.
set -euo pipefail
kubectl -n {{ ns }} patch limitrange small-by-default --type=json -p '[{"op":"replace","path":"/spec/limits/0/default/memory","value":"256Mi"}]'
kubectl -n {{ ns }} patch deployment {{ app }} --type=json -p '[{"op":"replace","path":"/spec/template/spec/containers/0/resources","value":{"requests":{"cpu":"10m","memory":"{{ cache + 24 }}Mi"}}}]'
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
