# caught-by: next-one-will-go
# Everything looks right, and the next channel hangs again.
set -euo pipefail
user=$(kubectl -n {{ ns }}-ops get secret {{ op }}-login -o jsonpath='{.data.REGISTRY_USER}' | base64 -d)
password=$(kubectl -n {{ ns }}-ops get secret {{ op }}-login -o jsonpath='{.data.REGISTRY_PASSWORD}' | base64 -d)
curl -sf -u "$user:$password" -X DELETE http://registry.{{ ns }}-registry.svc.cluster.local:8080/kv/{{ ns }}.{{ old }}
kubectl -n {{ ns }} patch channel {{ old }} --type=merge -p '{"metadata":{"finalizers":null}}'
kubectl -n {{ ns }} wait channel {{ old }} --for=delete --timeout=60s
kubectl -n {{ ns }} wait deployment {{ old }} --for=delete --timeout=60s
