# caught-by: readers-get-the-text
# It runs, and has nothing to show.
set -euo pipefail
kubectl -n {{ ns }} delete pvc {{ app }}-{{ new }} --timeout=30s
kubectl -n {{ ns }} apply -f - <<'EOF'
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: {{ app }}-{{ new }}, namespace: {{ ns }}}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
EOF
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
