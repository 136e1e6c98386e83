# caught-by: good-pods-let-in
# What the rule asks for by mistake is given to it; the next application is refused again.
set -euo pipefail
{% if place == "centre" %}
kubectl -n {{ ns }} patch deployment {{ app }} --type=merge -p '{"spec":{"template":{"metadata":{"labels":{"cost-centre":"cc-471"}}}}}'
{% elif place == "memory" %}
kubectl -n {{ ns }} patch deployment {{ app }} -p '{"spec":{"template":{"spec":{"containers":[{"name":"app","resources":{"limits":{"memory":"60Mi"}}}]}}}}'
{% else %}
kubectl -n {{ ns }} set image deployment {{ app }} app=lab.local/library/shop:1
{% endif %}
sleep 5
