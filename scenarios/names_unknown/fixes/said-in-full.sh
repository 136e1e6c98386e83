# The cluster's resolver named explicitly, as a neighbour has it; or the supplier's full name in place of the alias.
set -euo pipefail
{% if place == "alias" %}
kubectl -n {{ ns }} set env deployment/{{ app }} API_URL=http://{{ supplier }}.{{ supplier_ns }}:{{ supplier_port }}
{% else %}
resolver=$(kubectl -n {{ ns }} exec deploy/{{ app }}-help -- cat /etc/resolv.conf | awk '/^nameserver/ {print $2; exit}')
kubectl -n {{ ns }} patch deployment {{ app }} --type=merge -p '{"spec":{"template":{"spec":{"dnsPolicy":"None","dnsConfig":{"nameservers":["'"$resolver"'"],
  "searches":["{{ ns }}.svc.cluster.local","svc.cluster.local","cluster.local"],"options":[{"name":"ndots","value":"5"}]}}}}}'
{% endif %}
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
