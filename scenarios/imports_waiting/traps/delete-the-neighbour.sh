# caught-by: neighbour-lives
set -euo pipefail
kubectl -n {{ ns }} delete deployment {{ neighbour }}
