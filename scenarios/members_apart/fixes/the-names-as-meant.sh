# The names that the members call come to be.
set -euo pipefail
{% if place == "ready" %}
kubectl -n {{ ns }} patch service {{ app }}-{{ peers }} -p '{"spec":{"publishNotReadyAddresses":true}}'
{% elif place == "label" %}
kubectl -n {{ ns }} patch service {{ app }}-{{ peers }} --type=merge -p '{"spec":{"selector":{"app":"{{ app }}","part":null}}}'
{% else %}
kubectl -n {{ ns }} get statefulset {{ app }} -o json |
  sed -e 's/"serviceName": "[^"]*"/"serviceName": "{{ app }}-{{ peers }}"/' -e '/"resourceVersion"/d' -e '/"uid"/d' > /tmp/set.json
kubectl -n {{ ns }} delete statefulset {{ app }}
kubectl -n {{ ns }} create -f /tmp/set.json
{% endif %}
kubectl -n {{ ns }} rollout status statefulset {{ app }} --timeout=90s
