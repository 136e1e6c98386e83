# caught-by: data-from-the-vault
# Without a store it shows what it was built with.
set -euo pipefail
{% if place == "port" %}
kubectl -n {{ ns }} patch service {{ app }} -p '{"spec":{"ports":[{"port":{{ port }},"targetPort":"{{ port_name }}"}]}}'
{% else %}
kubectl -n {{ ns }} patch service {{ app }} -p '{"spec":{"selector":{"{{ key }}":"{{ own }}"}}}'
{% endif %}
kubectl -n {{ ns }} set env deployment/{{ app }} STORE_URL=
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
