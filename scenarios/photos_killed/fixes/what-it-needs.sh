set -euo pipefail
kubectl -n {{ ns }} set resources deployment {{ app }} -c app --requests=memory={{ cache + 24 }}Mi --limits=memory={{ cache + 56 }}Mi
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
