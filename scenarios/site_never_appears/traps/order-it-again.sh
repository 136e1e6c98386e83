# caught-by: order-lives
set -euo pipefail
kubectl -n {{ ns }} get site {{ site }} -o json | jq 'del(.metadata.uid, .metadata.resourceVersion, .metadata.managedFields, .status)' > /tmp/order.json
kubectl -n {{ ns }} delete site {{ site }} --wait=true --timeout=30s
kubectl -n {{ ns }} create -f /tmp/order.json
sleep 3
