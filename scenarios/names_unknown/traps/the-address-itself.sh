# caught-by: found-by-name
set -euo pipefail
address=$(kubectl -n {{ supplier_ns }} get service {{ supplier }} -o jsonpath='{.spec.clusterIP}')
kubectl -n {{ ns }} set env deployment/{{ app }} API_URL=http://"$address":{{ supplier_port }}
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
