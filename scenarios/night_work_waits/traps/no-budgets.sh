# caught-by: enough-always-stay
# All may go, and all at once.
set -euo pipefail
kubectl -n {{ ns }} delete pdb --all
