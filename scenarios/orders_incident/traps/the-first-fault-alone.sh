# caught-by: page-shown
# The way is free, and at its end stands the next closed door.
set -euo pipefail
{% if place == "port" %}
kubectl -n {{ ns }} patch service {{ app }} -p '{"spec":{"ports":[{"port":{{ port }},"targetPort":"{{ port_name }}"}]}}'
{% else %}
kubectl -n {{ ns }} patch service {{ app }} -p '{"spec":{"selector":{"{{ key }}":"{{ own }}"}}}'
{% endif %}
