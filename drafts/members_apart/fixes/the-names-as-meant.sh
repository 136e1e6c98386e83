# The names that the members call come to be.
set -euo pipefail
{% if place == "ready" %}
kubectl -n {{ ns }} patch service {{ app }}-{{ peers }} -p '{"spec":{"publishNotReadyAddresses":true}}'
{% elif place == "single" %}
kubectl -n {{ ns }} get service {{ app }}-{{ peers }} -o json |
  sed -e '/"clusterIPs": \[/,/\]/d' -e 's/"clusterIP": "[^"]*"/"clusterIP": "None"/' > /tmp/service.json
kubectl -n {{ ns }} replace --force -f /tmp/service.json
{% else %}
kubectl -n {{ ns }} get statefulset {{ app }} -o json |
  sed -e 's/"serviceName": "[^"]*"/"serviceName": "{{ app }}-{{ peers }}"/' -e '/"resourceVersion"/d' -e '/"uid"/d' > /tmp/set.json
kubectl -n {{ ns }} delete statefulset {{ app }}
kubectl -n {{ ns }} create -f /tmp/set.json
{% endif %}
kubectl -n {{ ns }} rollout status statefulset {{ app }} --timeout=90s
