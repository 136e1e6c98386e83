# Another way to the same end.
set -euo pipefail
{% if place == "rights" %}
kubectl -n {{ ns }} patch role {{ op }} --type=json -p '[{"op":"add","path":"/rules/-","value":{"apiGroups":["{{ ns }}.example"],"resources":["channels"],"verbs":["list"]}}]'
{% elif place == "account" %}
kubectl -n {{ ns }} patch rolebinding {{ op }} --type=json -p '[{"op":"add","path":"/subjects/-","value":{"kind":"ServiceAccount","name":"{{ op }}-robot","namespace":"{{ ns }}-ops"}}]'
{% else %}
kubectl -n {{ ns }}-ops patch deployment {{ op }} --type=merge -p '{"spec":{"replicas":2}}'
kubectl -n {{ ns }}-ops rollout status deployment {{ op }} --timeout=60s
{% endif %}
kubectl -n {{ ns }} wait channel {{ old }} --for=delete --timeout=60s
kubectl -n {{ ns }} wait deployment {{ old }} --for=delete --timeout=60s
