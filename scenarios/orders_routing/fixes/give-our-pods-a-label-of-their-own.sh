# Our pods get a label of their own, through their Deployment; only then does the Service ask for it.
set -euo pipefail
kubectl -n {{ ns }} patch deployment {{ app }} --type=merge -p '{"spec":{"template":{"metadata":{"labels":{"serves":"storefront"}}}}}'
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
kubectl -n {{ ns }} patch service {{ app }} --type=json -p '[{"op":"replace","path":"/spec/selector","value":{"serves":"storefront"}}]'
