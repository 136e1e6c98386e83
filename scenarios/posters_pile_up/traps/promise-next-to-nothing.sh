# caught-by: promised-what-it-needs
# Whatever it does is far more than it was promised.
set -euo pipefail
{% if place == "request" %}
kubectl -n {{ ns }} set resources deployment {{ app }} -c {{ server }} --requests=cpu=5m,memory=16Mi
{% elif place == "version" %}
kubectl -n {{ ns }} patch hpa {{ app }} --type=merge -p '{"spec":{"scaleTargetRef":{"apiVersion":"apps/v1"}}}'
{% else %}
kubectl -n {{ ns }} patch hpa {{ app }} --type=json -p '[{"op":"replace","path":"/spec/metrics/0/containerResource/container","value":"{{ drawer }}"}]'
{% endif %}
kubectl -n {{ ns }} set resources deployment {{ app }} --requests=cpu=1m,memory=16Mi
