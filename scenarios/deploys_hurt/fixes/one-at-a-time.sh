# One more, then one less; ready by its own word; a pause before the end.
set -euo pipefail
kubectl -n {{ ns }} patch deployment {{ app }} -p '{"spec":{"strategy":{"rollingUpdate":{"maxSurge":1,"maxUnavailable":0}},"template":{"spec":{
  "terminationGracePeriodSeconds":15,"containers":[{"name":"app","lifecycle":{"preStop":{"sleep":{"seconds":4}}},
  "readinessProbe":{"httpGet":{"path":"{{ ready_path }}","port":"http"},"periodSeconds":1}}]}}}}'
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=90s
