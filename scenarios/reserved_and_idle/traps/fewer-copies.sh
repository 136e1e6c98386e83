# caught-by: visits-copies-kept
# Cheaper, and with one copy between the visitors and nothing.
set -euo pipefail
kubectl -n {{ ns }} set resources deployment {{ pictures }} -c app --requests=cpu=10m,memory={{ cache + 16 }}Mi
kubectl -n {{ ns }} scale deployment {{ visits }} --replicas=1
kubectl -n {{ ns }} set resources deployment {{ mill }} -c press --requests=cpu={{ work }}m,memory=16Mi
kubectl -n {{ ns }} set resources deployment {{ mill }} -c app --requests=cpu=10m,memory=16Mi
for name in {{ pictures }} {{ mill }} {{ visits }}; do kubectl -n {{ ns }} rollout status deployment $name --timeout=60s; done
