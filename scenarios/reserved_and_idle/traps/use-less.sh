# caught-by: work-not-slowed
# What it is promised is enough for it now: it may do less.
set -euo pipefail
kubectl -n {{ ns }} set env deployment {{ pictures }} ALLOCATE_MIB=4
kubectl -n {{ ns }} set resources deployment {{ pictures }} -c app --requests=cpu=10m,memory=16Mi
kubectl -n {{ ns }} set resources deployment {{ visits }} -c app --requests=cpu=10m,memory=16Mi
kubectl -n {{ ns }} patch deployment {{ mill }} -p '{"spec":{"template":{"spec":{"containers":[
  {"name":"app","resources":{"requests":{"cpu":"10m","memory":"16Mi"}}},
  {"name":"press","resources":{"requests":{"cpu":"10m","memory":"16Mi"},"limits":{"cpu":"10m"}}}]}}}}'
for name in {{ pictures }} {{ mill }} {{ visits }}; do kubectl -n {{ ns }} rollout status deployment $name --timeout=60s; done
