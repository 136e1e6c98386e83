# caught-by: text-on-a-claim
# Readers see it; nobody can write the next one.
set -euo pipefail
kubectl -n {{ ns }} create configmap texts --from-literal=current='edition {{ edition }}, {{ word }}'
kubectl -n {{ ns }} patch deployment {{ app }} --type=json -p '[{"op":"replace","path":"/spec/template/spec/volumes/0","value":{"name":"texts","configMap":{"name":"texts"}}}]'
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
