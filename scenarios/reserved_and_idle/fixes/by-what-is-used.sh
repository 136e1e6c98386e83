# Each gets what it was measured to use, and a little more.
set -euo pipefail
kubectl -n {{ ns }} set resources deployment {{ pictures }} -c app --requests=cpu=10m,memory={{ cache + 16 }}Mi
kubectl -n {{ ns }} set resources deployment {{ visits }} -c app --requests=cpu=10m,memory=24Mi
kubectl -n {{ ns }} patch deployment {{ mill }} -p '{"spec":{"template":{"spec":{"containers":[
  {"name":"app","resources":{"requests":{"cpu":"10m","memory":"24Mi"}}},
  {"name":"press","resources":{"requests":{"cpu":"{{ work }}m","memory":"16Mi"}}}]}}}}'
for name in {{ pictures }} {{ mill }} {{ visits }}; do kubectl -n {{ ns }} rollout status deployment $name --timeout=60s; done
