# caught-by: release-keeps-copies
# It holds for drains; a release does not ask it.
set -euo pipefail
kubectl -n {{ ns }} create poddisruptionbudget {{ app }} --selector=app={{ app }} --min-available=2
kubectl -n {{ ns }} patch deployment {{ app }} -p '{"spec":{"template":{"spec":{"terminationGracePeriodSeconds":15,
  "containers":[{"name":"app","lifecycle":{"preStop":{"sleep":{"seconds":4}}},"readinessProbe":{"httpGet":{"path":"{{ ready_path }}","port":"http"},"periodSeconds":1}}]}}}}'
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=90s
