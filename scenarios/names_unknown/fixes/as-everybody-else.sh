# The copies ask whom every other pod asks; or the alias leads where the supplier is.
set -euo pipefail
{% if place == "alias" %}
kubectl -n {{ ns }} patch service {{ supplier }}-gate -p '{"spec":{"externalName":"{{ supplier }}.{{ supplier_ns }}.svc.cluster.local"}}'
{% else %}
kubectl -n {{ ns }} patch deployment {{ app }} --type=merge -p '{"spec":{"template":{"spec":{"dnsPolicy":"ClusterFirst","dnsConfig":null}}}}'
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
{% endif %}
