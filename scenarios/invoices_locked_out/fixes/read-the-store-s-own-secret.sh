# One copy of the truth: the Deployment refers to the Secret that the store itself reads.
set -euo pipefail
kubectl -n {{ ns }} patch deployment {{ app }} -p '{"spec":{"template":{"spec":{"containers":[{"name":"app","env":[
  {"name":"STORE_USER","valueFrom":{"secretKeyRef":{"name":"{{ app }}-store-auth","key":"username"}}},
  {"name":"STORE_PASSWORD","valueFrom":{"secretKeyRef":{"name":"{{ app }}-store-auth","key":"password"}}}]}]}}}}'
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
