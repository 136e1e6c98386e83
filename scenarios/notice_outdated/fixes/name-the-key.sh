# The variable is taken from the editors' key explicitly, which wins over everything that is taken as a whole.
set -euo pipefail
kubectl -n {{ ns }} patch deployment {{ app }} -p '{"spec":{"template":{"spec":{"containers":[{"name":"app","env":[
  {"name":"SHOP_TEXT","value":null,"valueFrom":{"configMapKeyRef":{"name":"{{ app }}-texts","key":"SHOP_TEXT"}}}{% if place == "file" %},
  {"name":"SHOP_TEXT_FILE","$patch":"delete"}{% endif %}]}]}}}}'
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
