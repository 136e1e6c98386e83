# caught-by: visitors-stay-out
# Every pod of the cluster has such an address.
set -euo pipefail
kubectl -n {{ ns }} patch networkpolicy front-desk --type=merge -p '{"spec":{"ingress":[{
  "from":[{"ipBlock":{"cidr":"10.0.0.0/8"}}],"ports":[{"protocol":"TCP","port":{{ port }}}]}]}}'
