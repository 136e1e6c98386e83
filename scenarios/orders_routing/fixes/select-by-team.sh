# Another label that tells the two workloads apart: the team.
set -euo pipefail
kubectl -n {{ ns }} set selector service {{ app }} app={{ app }},team=sales
