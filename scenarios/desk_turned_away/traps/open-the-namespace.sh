# caught-by: closed-by-default
set -euo pipefail
kubectl -n {{ ns }} delete networkpolicy --all
