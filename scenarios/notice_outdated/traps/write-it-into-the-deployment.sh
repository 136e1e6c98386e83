# caught-by: editors-decide
# Right today, and the next outdated notice.
set -euo pipefail
kubectl -n {{ ns }} patch deployment {{ app }} -p '{"spec":{"template":{"spec":{"containers":[{"name":"app","env":[
  {"name":"SHOP_TEXT","value":"{{ words }}, from {{ hour }} o'"'"'clock"}{% if place == "file" %},{"name":"SHOP_TEXT_FILE","$patch":"delete"}{% endif %}]}]}}}}'
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
