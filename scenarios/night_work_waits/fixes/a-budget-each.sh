# Each program has a budget of its own, in place of those that were there.
set -euo pipefail
kubectl -n {{ ns }} delete pdb --all
kubectl -n {{ ns }} create poddisruptionbudget {{ app }} --selector=app={{ app }} --min-available=2
kubectl -n {{ ns }} create poddisruptionbudget {{ neighbour }} --selector=app={{ neighbour }} --max-unavailable=50%
