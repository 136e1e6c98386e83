# caught-by: enough-always-stay
# There is a budget, and it stands in nobody's way.
set -euo pipefail
kubectl -n {{ ns }} delete pdb {{ area }}-{{ third }}
kubectl -n {{ ns }} patch pdb {{ area }} --type=merge -p '{"spec":{"minAvailable":null,"maxUnavailable":"100%"}}'
