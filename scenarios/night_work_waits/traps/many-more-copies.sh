# caught-by: copies-paid-for
# Enough to let some go, and nobody pays for them.
set -euo pipefail
kubectl -n {{ ns }} delete pdb {{ area }}-{{ third }}
kubectl -n {{ ns }} scale deployment {{ app }} --replicas=9
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
