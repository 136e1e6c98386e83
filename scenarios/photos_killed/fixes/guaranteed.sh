# Promised and allowed the same: it is the last to go when memory is short.
set -euo pipefail
kubectl -n {{ ns }} patch deployment {{ app }} --type=json -p '[{"op":"replace","path":"/spec/template/spec/containers/0/resources","value":
  {"requests":{"cpu":"10m","memory":"160Mi"},"limits":{"cpu":"500m","memory":"160Mi"}}}]'
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
