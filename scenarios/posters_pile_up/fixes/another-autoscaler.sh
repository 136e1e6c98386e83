# A new one, which measures only the container that works.
set -euo pipefail
kubectl -n {{ ns }} delete hpa {{ app }}
kubectl -n {{ ns }} create -f - <<'END'
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: {{ app }}-by-load}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: {{ app }}}
  minReplicas: 1
  maxReplicas: 4
  metrics:
    - type: ContainerResource
      containerResource: {name: cpu, container: {{ drawer }}, target: {type: Utilization, averageUtilization: {{ aim }}}}
END
