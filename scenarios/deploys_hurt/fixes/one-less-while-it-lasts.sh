# Another strategy, and other means to the same end: commands in the container.
set -euo pipefail
kubectl -n {{ ns }} patch deployment {{ app }} -p '{"spec":{"strategy":{"rollingUpdate":{"maxSurge":0,"maxUnavailable":1}},"minReadySeconds":1,"template":{"spec":{
  "terminationGracePeriodSeconds":12,"containers":[{"name":"app","lifecycle":{"preStop":{"exec":{"command":["sleep","5"]},"sleep":null}},
  "readinessProbe":{"httpGet":null,"exec":{"command":["shop","get","http://127.0.0.1:{{ port }}{{ ready_path }}"]},"periodSeconds":1,"timeoutSeconds":3}}]}}}}'
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=90s
