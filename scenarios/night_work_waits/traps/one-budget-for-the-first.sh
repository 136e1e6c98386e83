# caught-by: enough-always-stay
# The one that is talked about first is looked after, the other one is not.
set -euo pipefail
kubectl -n {{ ns }} delete pdb --all
kubectl -n {{ ns }} create poddisruptionbudget {{ app }} --selector=app={{ app }} --max-unavailable=1
