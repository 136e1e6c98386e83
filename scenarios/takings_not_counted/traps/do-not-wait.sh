# caught-by: late-bookings-awaited
# Quick enough for any limit.
set -euo pipefail
kubectl -n {{ ns }} set env cronjob/{{ app }}-count WORK_SECONDS=0 STORE_URL=http://{{ app }}-store:{{ store_port }}
kubectl -n {{ ns }} get jobs -o name | grep "{{ app }}-count" | xargs -r kubectl -n {{ ns }} delete || true
