# caught-by: promised-what-they-use
# What is not reserved costs nothing.
set -euo pipefail
for name in {{ pictures }} {{ mill }} {{ visits }}; do
  kubectl -n {{ ns }} set resources deployment $name --requests=cpu=1m,memory=1Mi
done
for name in {{ pictures }} {{ mill }} {{ visits }}; do kubectl -n {{ ns }} rollout status deployment $name --timeout=60s; done
