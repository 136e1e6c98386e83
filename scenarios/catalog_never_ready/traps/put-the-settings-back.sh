# caught-by: all-copies-ready
# The running copies keep what they have read; their settings are put back as they were, and the next copy reads those.
set -euo pipefail
settings=$(kubectl -n {{ ns }} get configmap {{ app }}-settings -o jsonpath='{.data}')
{% if place == "path" %}
kubectl -n {{ ns }} patch configmap {{ app }}-settings --type=merge -p '{"data":{"READY_PATH":"{{ old_path }}"}}'
kubectl -n {{ ns }} rollout restart deployment {{ app }}
{% else %}
kubectl -n {{ ns }} patch configmap {{ app }}-settings --type=merge -p '{"data":{"HEALTH_PORT":"{{ port }}"}}'
kubectl -n {{ ns }} patch deployment {{ app }} -p '{"spec":{"template":{"spec":{"containers":[{"name":"app","livenessProbe":{"httpGet":{"port":"http"}}}]}}}}'
{% endif %}
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
kubectl -n {{ ns }} patch configmap {{ app }}-settings --type=merge -p "{\"data\":$settings}"
