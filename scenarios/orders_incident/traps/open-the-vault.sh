# caught-by: vault-not-edited
set -euo pipefail
{% if place == "port" %}
kubectl -n {{ ns }} patch service {{ app }} -p '{"spec":{"ports":[{"port":{{ port }},"targetPort":"{{ port_name }}"}]}}'
{% else %}
kubectl -n {{ ns }} patch service {{ app }} -p '{"spec":{"selector":{"{{ key }}":"{{ own }}"}}}'
{% endif %}
kubectl -n {{ ns }} set env deployment/{{ app }}-vault STORE_AUTH=off
kubectl -n {{ ns }} rollout status deployment {{ app }}-vault --timeout=60s
