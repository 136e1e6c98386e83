# caught-by: promised-what-it-needs
# It fits anywhere now, and starves at busy hours.
set -euo pipefail
kubectl -n {{ ns }} set resources deployment {{ app }} -c app --requests=cpu=1m,memory=16Mi
