# caught-by: copies-come-and-go-unnoticed
# Killed in its sleep, whatever it was doing.
set -euo pipefail
kubectl -n {{ ns }} patch deployment {{ app }} -p '{"spec":{"strategy":{"rollingUpdate":{"maxSurge":1,"maxUnavailable":0}},"template":{"spec":{
  "terminationGracePeriodSeconds":2,"containers":[{"name":"app","lifecycle":{"preStop":{"sleep":{"seconds":2}}},
  "readinessProbe":{"httpGet":{"path":"{{ ready_path }}","port":"http"},"periodSeconds":1}}]}}}}'
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=90s
