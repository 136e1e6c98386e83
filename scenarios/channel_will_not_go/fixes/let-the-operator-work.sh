# What the operator lacks is given back; it does the rest.
set -euo pipefail
{% if place == "rights" %}
kubectl -n {{ ns }} patch role {{ op }} --type=json -p '[{"op":"add","path":"/rules/0/verbs/-","value":"list"}]'
{% elif place == "account" %}
kubectl -n {{ ns }} patch rolebinding {{ op }} --type=json -p '[{"op":"replace","path":"/subjects/0/name","value":"{{ op }}-robot"}]'
{% else %}
kubectl -n {{ ns }}-ops scale deployment {{ op }} --replicas=1
kubectl -n {{ ns }}-ops rollout status deployment {{ op }} --timeout=60s
{% endif %}
kubectl -n {{ ns }} wait channel {{ old }} --for=delete --timeout=60s
kubectl -n {{ ns }} wait deployment {{ old }} --for=delete --timeout=60s
