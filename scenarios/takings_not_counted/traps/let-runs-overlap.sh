# caught-by: one-at-a-time
set -euo pipefail
kubectl -n {{ ns }} patch cronjob {{ app }}-count --type=merge -p '{"spec":{"concurrencyPolicy":"Allow"}}'
