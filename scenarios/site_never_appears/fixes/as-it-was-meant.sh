# Whatever is wrong is put right where it is wrong.
set -euo pipefail
{% if place == "rights" %}
kubectl -n {{ ns }} patch role {{ op }} --type=json -p '[{"op":"replace","path":"/rules/2/apiGroups","value":["apps"]}]'
{% elif place == "account" %}
kubectl -n {{ ns }}-ops patch deployment {{ op }} -p '{"spec":{"template":{"spec":{"serviceAccountName":"{{ op }}-robot"}}}}'
kubectl -n {{ ns }}-ops rollout status deployment {{ op }} --timeout=60s
{% else %}
kubectl -n {{ ns }}-ops set env deployment {{ op }} CR_VERSION=v1
kubectl -n {{ ns }}-ops rollout status deployment {{ op }} --timeout=60s
{% endif %}
for attempt in {1..100}; do kubectl -n {{ ns }} get deployment {{ site }} >/dev/null 2>&1 && break; sleep 0.3; done
kubectl -n {{ ns }} rollout status deployment {{ site }} --timeout=60s
