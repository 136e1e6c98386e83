# caught-by: cluster-places-pods
# runs-on: node
set -euo pipefail
for pod in $(kubectl -n {{ ns }} get pods --field-selector=status.phase=Pending -o name); do
  name=${pod#pod/}
  kubectl create --raw /api/v1/namespaces/{{ ns }}/pods/$name/binding -f - <<EOF
{"apiVersion": "v1", "kind": "Binding", "metadata": {"name": "$name"},
 "target": {"apiVersion": "v1", "kind": "Node", "name": "node1"}}
EOF
done
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=90s
