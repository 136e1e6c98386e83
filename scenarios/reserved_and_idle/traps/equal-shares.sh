# caught-by: promised-what-they-use
# The budget divided by the number of containers.
set -euo pipefail
for name in {{ pictures }} {{ mill }} {{ visits }}; do
  kubectl -n {{ ns }} set resources deployment $name --requests=cpu=30m,memory=32Mi
done
for name in {{ pictures }} {{ mill }} {{ visits }}; do kubectl -n {{ ns }} rollout status deployment $name --timeout=60s; done
