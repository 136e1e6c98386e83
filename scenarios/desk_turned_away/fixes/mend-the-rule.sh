# The rule names who comes and what they come to, as they are.
set -euo pipefail
kubectl -n {{ ns }} patch networkpolicy front-desk --type=merge -p '{"spec":{"ingress":[{
  "from":[{"namespaceSelector":{"matchLabels":{"zone":"{{ zone }}"}},"podSelector":{"matchLabels":{"role":"{{ role }}"}}}],
  "ports":[{"protocol":"TCP","port":{{ port }}}]}]}}'
