# caught-by: counted-on-schedule
set -euo pipefail
now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
kubectl -n {{ ns }} exec deploy/{{ app }}-store -- shop get -X PUT -d '{"orders":3,"made_by":"{{ app }}-count-1-x","made_at":"'"$now"'"}' http://127.0.0.1:{{ store_port }}/kv/{{ key }}
