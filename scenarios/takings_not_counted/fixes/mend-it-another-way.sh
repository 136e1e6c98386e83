# No limit at all; or the wait written anew, in another form; or the store also at its old address.
set -euo pipefail
{% if place == "deadline" %}
kubectl -n {{ ns }} patch cronjob {{ app }}-count --type=json -p '[{"op":"remove","path":"/spec/jobTemplate/spec/activeDeadlineSeconds"}]'
{% elif place == "unit" %}
kubectl -n {{ ns }} patch cronjob {{ app }}-count -p '{"spec":{"concurrencyPolicy":"Replace","jobTemplate":{"spec":{"template":{"spec":{"containers":[{"name":"app","env":[{"name":"WORK_SECONDS","value":"7.5"}]}]}}}}}}'
{% else %}
kubectl -n {{ ns }} patch service {{ app }}-store -p '{"spec":{"ports":[{"name":"old","port":{{ old_port }},"targetPort":"http"}]}}'
{% endif %}
