# caught-by: cluster-answers
# Whoever has no peers has found them all.
set -euo pipefail
kubectl -n {{ ns }} set env statefulset/{{ app }} PEERS-
kubectl -n {{ ns }} delete pods -l app={{ app }} --wait=false
kubectl -n {{ ns }} rollout status statefulset {{ app }} --timeout=60s
