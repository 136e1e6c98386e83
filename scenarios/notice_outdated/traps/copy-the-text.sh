# caught-by: editors-decide
# A second place that somebody must think of next time.
set -euo pipefail
kubectl -n {{ ns }} patch configmap {{ app }}-seasonal --type=merge -p '{"data":{"SHOP_TEXT":"{{ words }}, from {{ hour }} o'"'"'clock","banner":"{{ words }}, from {{ hour }} o'"'"'clock"}}'
{% if place == "written" %}
kubectl -n {{ ns }} set env deployment/{{ app }} SHOP_TEXT-
{% endif %}
kubectl -n {{ ns }} rollout restart deployment {{ app }}
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
