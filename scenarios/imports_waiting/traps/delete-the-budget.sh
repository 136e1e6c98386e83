# caught-by: budget-lives
set -euo pipefail
kubectl -n {{ ns }} delete resourcequota budget
