# caught-by: site-is-looked-after
set -euo pipefail
kubectl -n {{ ns }} apply -f - <<'YAML'
apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ site }}}
spec:
  replicas: 2
  selector: {matchLabels: {app: {{ site }}}}
  template:
    metadata: {labels: {app: {{ site }}}}
    spec:
      terminationGracePeriodSeconds: 2
      automountServiceAccountToken: false
      containers:
        - name: app
          image: lab.local/shop:1
          imagePullPolicy: IfNotPresent
          args: [api]
          env: [{name: SERVICE_NAME, value: {{ site }}}, {name: VERSION, value: "1.{{ release }}"}]
          ports: [{name: http, containerPort: 8080}]
          readinessProbe: {httpGet: {path: /readyz, port: http}, periodSeconds: 1}
---
apiVersion: v1
kind: Service
metadata: {name: {{ site }}}
spec: {selector: {app: {{ site }}}, ports: [{name: http, port: 80, targetPort: http}]}
YAML
kubectl -n {{ ns }} rollout status deployment {{ site }} --timeout=60s
