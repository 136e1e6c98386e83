# Small is the default of the namespace; who needs more says so.
set -euo pipefail
kubectl -n {{ ns }} apply -f - <<'YAML'
apiVersion: v1
kind: LimitRange
metadata: {name: small, namespace: {{ ns }}}
spec:
  limits:
    - {type: Container, defaultRequest: {cpu: 15m, memory: 20Mi}}
YAML
kubectl -n {{ ns }} patch deployment {{ visits }} --type=json -p '[{"op":"remove","path":"/spec/template/spec/containers/0/resources"}]'
kubectl -n {{ ns }} patch deployment {{ pictures }} --type=json -p '[{"op":"replace","path":"/spec/template/spec/containers/0/resources","value":{"requests":{"memory":"{{ cache + 20 }}Mi"},"limits":{"memory":"{{ cache + 40 }}Mi"}}}]'
kubectl -n {{ ns }} patch deployment {{ mill }} --type=json -p '[{"op":"remove","path":"/spec/template/spec/containers/0/resources"},
  {"op":"replace","path":"/spec/template/spec/containers/1/resources","value":{"requests":{"cpu":"{{ work }}m"},"limits":{"cpu":"{{ work }}m"}}}]'
for name in {{ pictures }} {{ mill }} {{ visits }}; do kubectl -n {{ ns }} rollout status deployment $name --timeout=60s; done
