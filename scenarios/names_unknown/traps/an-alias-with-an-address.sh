# caught-by: found-by-name
# A Service of our own whose endpoint is the supplier's address of today.
set -euo pipefail
address=$(kubectl -n {{ supplier_ns }} get service {{ supplier }} -o jsonpath='{.spec.clusterIP}')
kubectl -n {{ ns }} delete service {{ supplier }}-gate
kubectl -n {{ ns }} create -f - <<EOF
apiVersion: v1
kind: Service
metadata: {name: {{ supplier }}-gate}
spec: {ports: [{name: http, port: {{ supplier_port }}}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
addressType: IPv4
metadata: {name: {{ supplier }}-gate-1, labels: {kubernetes.io/service-name: {{ supplier }}-gate}}
ports: [{name: http, port: {{ supplier_port }}}]
endpoints: [{addresses: ["$address"]}]
EOF
