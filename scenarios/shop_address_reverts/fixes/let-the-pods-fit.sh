# The other way round: the pods become what is kept.
set -euo pipefail
{% if place == "port" %}
kubectl -n {{ ns }} patch deployment {{ app }} -p '{"spec":{"template":{"spec":{"containers":[{"name":"app","env":[{"name":"PORT","value":"{{ old_port }}"}],
  "ports":[{"$patch":"replace"},{"name":"http","containerPort":{{ old_port }}}],"readinessProbe":{"httpGet":{"port":{{ old_port }}}}}]}}}}'
{% else %}
kubectl -n {{ ns }} patch deployment {{ app }} -p '{"spec":{"template":{"metadata":{"labels":{"{{ key }}":"{{ old }}"}}}}}'
{% endif %}
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
