# caught-by: visitors-stay-out
set -euo pipefail
kubectl -n {{ ns }} patch networkpolicy front-desk --type=merge -p '{"spec":{"ingress":[{}]}}'
