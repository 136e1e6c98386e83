# caught-by: node-lives
# runs-on: node
set -euo pipefail
kubectl delete node node1 --wait=false
kubectl create -f - <<EOF
apiVersion: v1
kind: Node
metadata: {name: node1}
EOF
kubectl -n {{ ns }} delete pods --all --force --grace-period=0
