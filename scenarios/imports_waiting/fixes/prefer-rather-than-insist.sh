# The wish stays, as a wish; and what is promised has some room to spare.
set -euo pipefail
{% if place == "node" %}
kubectl -n {{ ns }} patch deployment {{ app }} --type=merge -p '{"spec":{"template":{"spec":{"nodeSelector":null,"affinity":{"nodeAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[
  {"weight":10,"preference":{"matchExpressions":[{"key":"lab.local/{{ mark }}","operator":"In","values":["{{ value }}"]}]}}]}}}}}}'
{% elif place == "apart" %}
kubectl -n {{ ns }} patch deployment {{ app }} --type=merge -p '{"spec":{"template":{"spec":{"affinity":{"podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":null,
  "preferredDuringSchedulingIgnoredDuringExecution":[{"weight":10,"podAffinityTerm":{"labelSelector":{"matchLabels":{"app":"{{ app }}"}},"topologyKey":"kubernetes.io/hostname"}}]}}}}}}'
{% elif place == "spread" %}
kubectl -n {{ ns }} patch deployment {{ app }} --type=json -p '[{"op":"replace","path":"/spec/template/spec/topologySpreadConstraints/0/whenUnsatisfiable","value":"ScheduleAnyway"}]'
{% else %}
kubectl -n {{ ns }} patch deployment {{ app }} -p '{"spec":{"template":{"spec":{"containers":[{"name":"app","resources":{"requests":{"cpu":"60m"},"limits":{"cpu":"500m"}}}]}}}}'
{% endif %}
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
