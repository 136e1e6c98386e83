# caught-by: guests-at-the-desk-stay-out
# Two entries of `from` mean either: everybody of that namespace, or that role in our own.
set -euo pipefail
kubectl -n {{ ns }} patch networkpolicy front-desk --type=merge -p '{"spec":{"ingress":[{
  "from":[{"namespaceSelector":{"matchLabels":{"zone":"{{ zone }}"}}},{"podSelector":{"matchLabels":{"role":"{{ role }}"}}}],
  "ports":[{"protocol":"TCP","port":{{ port }}}]}]}}'
