# caught-by: senders-answered
set -euo pipefail
kubectl -n {{ ns }} patch service {{ app }} --type=merge -p '{"spec":{"selector":{"app":"{{ app }}-{{ neighbour }}"}}}'
