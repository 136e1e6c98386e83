# caught-by: release-is-what-runs
set -euo pipefail
kubectl -n {{ ns }} patch deployment {{ app }} --type=json -p '[
  {"op":"replace","path":"/spec/template/spec/containers/0/readinessProbe","value":{"httpGet":{"path":"/readyz","port":{{ port }}},"periodSeconds":1}},
  {"op":"replace","path":"/spec/template/spec/containers/0/envFrom","value":[{"configMapRef":{"name":"{{ app }}-settings"}}]}]'
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
