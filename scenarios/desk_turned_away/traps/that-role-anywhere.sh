# caught-by: visitors-stay-out
# A role is what a pod says of itself, in whichever namespace.
set -euo pipefail
kubectl -n {{ ns }} patch networkpolicy front-desk --type=merge -p '{"spec":{"ingress":[{
  "from":[{"namespaceSelector":{},"podSelector":{"matchLabels":{"role":"{{ role }}"}}}],
  "ports":[{"protocol":"TCP","port":{{ port }}}]}]}}'
