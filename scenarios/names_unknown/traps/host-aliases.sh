# caught-by: found-by-name
set -euo pipefail
address=$(kubectl -n {{ supplier_ns }} get service {{ supplier }} -o jsonpath='{.spec.clusterIP}')
kubectl -n {{ ns }} patch deployment {{ app }} -p '{"spec":{"template":{"spec":{"hostAliases":[{"ip":"'"$address"'","hostnames":["{{ supplier }}-gate"]}]}}}}'
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
