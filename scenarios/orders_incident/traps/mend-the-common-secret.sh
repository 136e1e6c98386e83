# caught-by: neighbour-credentials-accepted
# The neighbour uses it too, and finds out when it is restarted.
set -euo pipefail
{% if place == "port" %}
kubectl -n {{ ns }} patch service {{ app }} -p '{"spec":{"ports":[{"port":{{ port }},"targetPort":"{{ port_name }}"}]}}'
{% else %}
kubectl -n {{ ns }} patch service {{ app }} -p '{"spec":{"selector":{"{{ key }}":"{{ own }}"}}}'
{% endif %}
data=$(kubectl -n {{ ns }} get secret {{ app }}-vault-auth -o jsonpath='{.data}')
kubectl -n {{ ns }} patch secret common-credentials --type=merge -p "{\"data\":$data}"
kubectl -n {{ ns }} rollout restart deployment {{ app }}
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
