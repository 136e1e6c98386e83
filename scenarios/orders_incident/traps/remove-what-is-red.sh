# caught-by: exporter-lives
set -euo pipefail
kubectl -n {{ ns }} delete deployment {{ app }}-exporter
{% if place == "port" %}
kubectl -n {{ ns }} patch service {{ app }} -p '{"spec":{"ports":[{"port":{{ port }},"targetPort":"{{ port_name }}"}]}}'
{% else %}
kubectl -n {{ ns }} patch service {{ app }} -p '{"spec":{"selector":{"{{ key }}":"{{ own }}"}}}'
{% endif %}
kubectl -n {{ ns }} patch deployment {{ app }} -p '{"spec":{"template":{"spec":{"containers":[{"name":"app","env":[
  {"name":"STORE_USER","valueFrom":{"secretKeyRef":{"name":"{{ app }}-vault-auth","key":"username"}}},
  {"name":"STORE_PASSWORD","valueFrom":{"secretKeyRef":{"name":"{{ app }}-vault-auth","key":"password"}}}]}]}}}}'
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
