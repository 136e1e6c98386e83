# caught-by: all-copies-available
# They answer, until they end: nobody replaces them.
set -euo pipefail
for number in 1 2 3; do
  kubectl -n {{ ns }} create -f - <<YAML
apiVersion: v1
kind: Pod
metadata: {name: "{{ app }}-$number", labels: {app: {{ app }}, by: hand}}
spec:
  terminationGracePeriodSeconds: 2
  automountServiceAccountToken: false
  securityContext: {runAsNonRoot: true, runAsUser: 10001, seccompProfile: {type: RuntimeDefault}}
  containers:
    - name: app
      image: lab.local/shop:1
      args: [api]
      env: [{name: SERVICE_NAME, value: {{ app }}}, {name: PORT, value: "{{ port }}"}]
      ports: [{name: http, containerPort: {{ port }}}]
      readinessProbe: {httpGet: {path: /readyz, port: http}, periodSeconds: 1}
      securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
YAML
done
kubectl -n {{ ns }} wait pod -l by=hand --for=condition=Ready --timeout=60s
kubectl -n {{ ns }} scale deployment {{ app }} --replicas=0
