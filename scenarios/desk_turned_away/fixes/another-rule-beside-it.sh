# Rules add up: one more lets the desk in, by its namespace's own name and the port's.
set -euo pipefail
kubectl apply -f - <<EOF
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: people-at-the-desk, namespace: {{ ns }}}
spec:
  podSelector: {matchExpressions: [{key: app, operator: In, values: [{{ app }}]}]}
  policyTypes: [Ingress]
  ingress:
    - from:
        - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: {{ desk }}}}
          podSelector: {matchLabels: {app: desk, role: {{ role }}}}
      ports: [{port: http}]
EOF
kubectl -n {{ ns }} delete networkpolicy front-desk
