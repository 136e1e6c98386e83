# The application is told to answer where the probe asks; settings are read at the start, so it is restarted.
set -euo pipefail
{% if place == "path" %}
kubectl -n {{ ns }} patch configmap {{ app }}-settings --type=merge -p '{"data":{"READY_PATH":"{{ old_path }}"}}'
kubectl -n {{ ns }} rollout restart deployment {{ app }}
{% else %}
kubectl -n {{ ns }} patch configmap {{ app }}-settings --type=merge -p '{"data":{"HEALTH_PORT":"{{ port }}"}}'
kubectl -n {{ ns }} patch deployment {{ app }} -p '{"spec":{"template":{"spec":{"containers":[{"name":"app","livenessProbe":{"httpGet":{"port":"http"}}}]}}}}'
{% endif %}
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
