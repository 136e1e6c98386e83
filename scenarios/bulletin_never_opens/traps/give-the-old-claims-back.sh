# caught-by: kept-claim-lives
# Tidied up first, and the files with it.
set -euo pipefail
kubectl -n {{ ns }} delete pvc {{ app }}-{{ kept }} {{ app }}-{{ new }} --timeout=30s
kubectl -n {{ ns }} apply -f - <<'EOF'
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: {{ app }}-{{ kept }}, namespace: {{ ns }}}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
EOF
kubectl -n {{ ns }} patch deployment {{ app }} -p '{"spec":{"template":{"spec":{"volumes":[{"name":"texts","persistentVolumeClaim":{"claimName":"{{ app }}-{{ kept }}"}}]}}}}'
