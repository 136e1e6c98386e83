# caught-by: readers-get-the-text
# A text is there: last year's.
set -euo pipefail
kubectl -n {{ ns }} patch deployment {{ app }} -p '{"spec":{"template":{"spec":{"volumes":[{"name":"texts","persistentVolumeClaim":{"claimName":"{{ app }}-{{ older }}"}}]}}}}'
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
