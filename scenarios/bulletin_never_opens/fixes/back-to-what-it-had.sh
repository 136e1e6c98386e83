# The move is off: it uses the claim that has the latest text.
set -euo pipefail
kubectl -n {{ ns }} patch deployment {{ app }} -p '{"spec":{"template":{"spec":{"volumes":[{"name":"texts","persistentVolumeClaim":{"claimName":"{{ app }}-{{ kept }}"}}]}}}}'
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
