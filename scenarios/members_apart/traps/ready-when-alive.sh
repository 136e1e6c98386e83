# caught-by: members-joined
# Alive is not joined.
set -euo pipefail
kubectl -n {{ ns }} patch statefulset {{ app }} -p '{"spec":{"template":{"spec":{"containers":[{"name":"app","readinessProbe":{"httpGet":{"path":"/healthz"}}}]}}}}'
kubectl -n {{ ns }} delete pods -l app={{ app }} --wait=false
kubectl -n {{ ns }} rollout status statefulset {{ app }} --timeout=60s
