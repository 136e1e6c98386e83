# caught-by: unsafe-pods-refused
set -euo pipefail
kubectl label namespace {{ ns }} pod-security.kubernetes.io/enforce=baseline --overwrite
kubectl -n {{ ns }} rollout restart deployment {{ app }}
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
