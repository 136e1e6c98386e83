# The one setting that does not fit.
set -euo pipefail
{% if place == "deadline" %}
kubectl -n {{ ns }} patch cronjob {{ app }}-count --type=merge -p '{"spec":{"jobTemplate":{"spec":{"activeDeadlineSeconds":50}}}}'
{% elif place == "unit" %}
kubectl -n {{ ns }} set env cronjob/{{ app }}-count WORK_SECONDS=6
kubectl -n {{ ns }} get jobs -o name | grep "{{ app }}-count" | xargs -r kubectl -n {{ ns }} delete || true
{% else %}
kubectl -n {{ ns }} set env cronjob/{{ app }}-count STORE_URL=http://{{ app }}-store:{{ store_port }}
{% endif %}
