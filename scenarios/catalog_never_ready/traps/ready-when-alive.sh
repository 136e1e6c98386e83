# caught-by: application-decides
# Alive from its first moment is not ready.
set -euo pipefail
kubectl -n {{ ns }} patch deployment {{ app }} -p '{"spec":{"template":{"spec":{"containers":[{"name":"app","readinessProbe":{"httpGet":{"path":"/internal/alive","port":"health"}}}]}}}}'
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
