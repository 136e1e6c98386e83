# In a closed cluster there is nobody to ask.
set -euo pipefail
kubectl -n {{ ns }} patch deployment {{ app }} --type=json -p '[
  {"op":"replace","path":"/spec/template/spec/containers/0/image","value":"lab.local/shop:1"},
  {"op":"replace","path":"/spec/template/spec/containers/0/imagePullPolicy","value":"Never"}]'
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
