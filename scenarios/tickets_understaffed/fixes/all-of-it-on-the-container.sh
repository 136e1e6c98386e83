# The same, on the container alone.
set -euo pipefail
kubectl -n {{ ns }} patch deployment {{ app }} --type=json -p '[
  {"op":"add","path":"/spec/template/spec/securityContext","value":{}},
  {"op":"add","path":"/spec/template/spec/containers/0/securityContext","value":{"runAsNonRoot":true,"runAsUser":65534,"allowPrivilegeEscalation":false,"readOnlyRootFilesystem":true,"capabilities":{"drop":["ALL"]},"seccompProfile":{"type":"RuntimeDefault"}}}]'
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
