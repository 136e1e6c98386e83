# What is in the way goes.
set -euo pipefail
{% if place == "written" %}
kubectl -n {{ ns }} set env deployment/{{ app }} SHOP_TEXT-
{% elif place == "later" %}
kubectl -n {{ ns }} patch configmap {{ app }}-seasonal --type=json -p '[{"op":"remove","path":"/data/SHOP_TEXT"}]'
kubectl -n {{ ns }} rollout restart deployment {{ app }}
{% else %}
kubectl -n {{ ns }} set env deployment/{{ app }} SHOP_TEXT_FILE-
{% endif %}
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
