# caught-by: enough-always-stay
# Three of five stay; they may be the three of one and none of the other.
set -euo pipefail
kubectl -n {{ ns }} delete pdb {{ area }}-{{ third }}
kubectl -n {{ ns }} patch pdb {{ area }} --type=merge -p '{"spec":{"minAvailable":3,"maxUnavailable":null}}'
