# caught-by: rates-kept
# It can no longer touch the Service, nor anything else.
set -euo pipefail
kubectl -n {{ ns }} delete rolebinding {{ app }}-keeper
kubectl -n {{ ns }} patch configmap {{ app }}-keeper-desired --type=json -p '[{"op":"remove","path":"/data/address.json"}]'
kubectl -n {{ ns }} patch service {{ app }} -p '{"spec":{"selector":{"app":"{{ app }}","{{ key }}":"{{ own }}"},"ports":[{"port":80,"targetPort":{{ port }}}]}}'
