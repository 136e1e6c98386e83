# caught-by: answers-current
# The pod leaves the Service, and its controller makes another that joins it.
set -euo pipefail
kubectl -n {{ ns }} label pod -l app={{ app }},{{ key }}={{ foreign }} app=unrelated --overwrite
kubectl -n {{ ns }} rollout status deployment {{ app }}-{{ neighbour }} --timeout=60s
