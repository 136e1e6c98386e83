# The one link of the chain that does not fit is mended.
set -euo pipefail
{% if place == "subject" %}
kubectl -n {{ ns }} patch rolebinding {{ app }} --type=merge -p '{"subjects":[{"kind":"ServiceAccount","name":"{{ app }}-{{ account }}","namespace":"{{ ns }}"}]}'
{% elif place == "account" %}
kubectl -n {{ ns }} set serviceaccount deployment {{ app }} {{ app }}-{{ account }}
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
{% else %}
kubectl -n {{ ns }} patch role {{ app }} --type=json -p '[{"op":"replace","path":"/rules","value":[
  {"apiGroups":[""],"resources":["pods"],"verbs":["get","list","watch"]},{"apiGroups":[""],"resources":["pods/log"],"verbs":["get"]}]}]'
{% endif %}
