# caught-by: application-decides
set -euo pipefail
kubectl -n {{ ns }} patch deployment {{ app }} --type=json -p '[{"op":"replace","path":"/spec/template/spec/containers/0/readinessProbe","value":{"tcpSocket":{"port":"http"},"initialDelaySeconds":3,"periodSeconds":1}}]'
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
