# A profile that is there already gives enough.
set -euo pipefail
kubectl -n {{ ns }} patch deployment {{ app }} --type=merge -p '{"spec":{"template":{"metadata":{"labels":{"memory-profile":"batch"}}}}}'
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
