# The Service asks again for the label that only our pods carry.
set -euo pipefail
kubectl -n {{ ns }} patch service {{ app }} --type=merge -p '{"spec":{"selector":{"app":"{{ app }}","{{ key }}":"{{ own }}"}}}'
