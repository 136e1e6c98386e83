# caught-by: service-found
set -euo pipefail
kubectl -n {{ ns }} patch deployment {{ app }} -p '{"spec":{"template":{"spec":{"containers":[{"name":"app","env":[
  {"name":"STORE_USER","valueFrom":{"secretKeyRef":{"name":"{{ app }}-vault-auth","key":"username"}}},
  {"name":"STORE_PASSWORD","valueFrom":{"secretKeyRef":{"name":"{{ app }}-vault-auth","key":"password"}}}]}]}}}}'
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
