# caught-by: settings-are-back
# runs-on: node
set -euo pipefail
kubectl create namespace {{ ns }}
kubectl -n {{ ns }} create configmap {{ app }} --from-literal=contract=unknown --from-literal=currency=EUR
kubectl -n {{ ns }} create secret generic {{ app }} --from-literal=key=changeme
kubectl -n {{ ns }} create deployment {{ app }} --image=lab.local/shop:1 --replicas=2 -- /bin/shop api
kubectl -n {{ ns }} set env deployment/{{ app }} SERVICE_NAME={{ app }} VERSION=3.2.0 PORT=8080
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
