# caught-by: record-is-gone
set -euo pipefail
kubectl -n {{ ns }} patch channel {{ old }} --type=merge -p '{"metadata":{"finalizers":null}}'
kubectl -n {{ ns }} wait channel {{ old }} --for=delete --timeout=60s
kubectl -n {{ ns }} wait deployment {{ old }} --for=delete --timeout=60s
