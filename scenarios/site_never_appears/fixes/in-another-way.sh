# Another way to the same end.
set -euo pipefail
{% if place == "rights" %}
kubectl -n {{ ns }} patch role {{ op }} --type=json -p '[{"op":"remove","path":"/rules/2"},{"op":"add","path":"/rules/-","value":{"apiGroups":["apps"],"resources":["deployments"],"verbs":["get","list","watch","create","update","patch"]}}]'
{% elif place == "account" %}
kubectl -n {{ ns }} patch rolebinding {{ op }} --type=json -p '[{"op":"replace","path":"/subjects/0/name","value":"default"}]'
{% else %}
# Without a word of ours the operator asks for the version that is served.
kubectl -n {{ ns }}-ops set env deployment {{ op }} CR_VERSION-
kubectl -n {{ ns }}-ops rollout status deployment {{ op }} --timeout=60s
{% endif %}
for attempt in {1..100}; do kubectl -n {{ ns }} get deployment {{ site }} >/dev/null 2>&1 && break; sleep 0.3; done
kubectl -n {{ ns }} rollout status deployment {{ site }} --timeout=60s
