# What cannot be had is no longer asked for.
set -euo pipefail
{% if place == "node" %}
kubectl -n {{ ns }} patch deployment {{ app }} --type=json -p '[{"op":"remove","path":"/spec/template/spec/nodeSelector"}]'
{% elif place == "apart" %}
kubectl -n {{ ns }} patch deployment {{ app }} --type=json -p '[{"op":"remove","path":"/spec/template/spec/affinity"}]'
{% elif place == "spread" %}
kubectl -n {{ ns }} patch deployment {{ app }} --type=json -p '[{"op":"remove","path":"/spec/template/spec/topologySpreadConstraints"}]'
{% else %}
kubectl -n {{ ns }} set resources deployment {{ app }} -c app --requests=cpu=40m,memory=16Mi
{% endif %}
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
