# One budget for both, which lets one copy go.
set -euo pipefail
kubectl -n {{ ns }} patch pdb {{ area }} --type=merge -p '{"spec":{"minAvailable":null,"maxUnavailable":1}}'
