# caught-by: defaults-live
set -euo pipefail
kubectl -n {{ ns }} delete limitrange small-by-default
kubectl -n {{ ns }} patch deployment {{ app }} --type=json -p '[{"op":"replace","path":"/spec/template/spec/containers/0/resources","value":{"requests":{"cpu":"10m","memory":"{{ cache + 24 }}Mi"}}}]'
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
