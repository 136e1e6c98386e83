# The editors' ConfigMap is mounted, and the notice read from it: no restart is needed any more.
set -euo pipefail
kubectl -n {{ ns }} patch deployment {{ app }} -p '{"spec":{"template":{"spec":{
  "volumes":[{"name":"texts","configMap":{"name":"{{ app }}-texts"}}],
  "containers":[{"name":"app","env":[{"name":"SHOP_TEXT_FILE","value":"/texts/SHOP_TEXT"}],"volumeMounts":[{"name":"texts","mountPath":"/texts"}]}]}}}}'
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
