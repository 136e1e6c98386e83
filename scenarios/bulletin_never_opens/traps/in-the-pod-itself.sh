# caught-by: text-on-a-claim
# Right until the pod is replaced.
set -euo pipefail
kubectl -n {{ ns }} patch deployment {{ app }} --type=json -p '[{"op":"replace","path":"/spec/template/spec/volumes/0","value":{"name":"texts","emptyDir":{}}}]'
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
pod=$(kubectl -n {{ ns }} get pods -l app={{ app }} -o jsonpath='{.items[0].metadata.name}')
kubectl -n {{ ns }} exec "$pod" -- sh -c 'echo "edition {{ edition }}, {{ word }}" > /var/lib/texts/current'
