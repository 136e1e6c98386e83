# caught-by: application-decides
set -euo pipefail
kubectl -n {{ ns }} patch deployment {{ app }} --type=json -p '[{"op":"replace","path":"/spec/template/spec/containers/0/readinessProbe","value":{"exec":{"command":["shop","get","http://127.0.0.1:{{ health_port }}/internal/alive"]},"periodSeconds":1,"timeoutSeconds":2}}]'
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
