# The probe asks the address from the application's log.
set -euo pipefail
kubectl -n {{ ns }} patch deployment {{ app }} -p '{"spec":{"template":{"spec":{"containers":[{"name":"app","readinessProbe":{"httpGet":{"path":"{{ ready_path }}","port":{{ health_port }}}}}]}}}}'
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
