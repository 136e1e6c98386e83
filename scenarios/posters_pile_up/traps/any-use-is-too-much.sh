# caught-by: aim-kept
# Four copies even when next to nothing is done.
set -euo pipefail
kubectl -n {{ ns }} patch hpa {{ app }} --type=merge -p '{"spec":{"scaleTargetRef":{"apiVersion":"apps/v1"},"metrics":[
  {"type":"ContainerResource","containerResource":{"name":"cpu","container":"{{ drawer }}","target":{"type":"Utilization","averageUtilization":1}}}]}}'
