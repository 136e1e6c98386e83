# caught-by: texts-kept
# As if it were the text that is wrong.
set -euo pipefail
kubectl -n {{ ns }} patch configmap {{ app }}-texts --type=merge -p '{"data":{"BANNER":"{{ words }}"}}'
{% if place == "written" %}
kubectl -n {{ ns }} set env deployment/{{ app }} SHOP_TEXT-
{% elif place == "file" %}
kubectl -n {{ ns }} set env deployment/{{ app }} SHOP_TEXT_FILE-
{% endif %}
