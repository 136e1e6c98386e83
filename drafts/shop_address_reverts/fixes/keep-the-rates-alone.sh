# The keeper leaves the Service alone from now on; it is set up by hand.
set -euo pipefail
kubectl -n {{ ns }} patch configmap {{ app }}-keeper-desired --type=json -p '[{"op":"remove","path":"/data/address.json"}]'
kubectl -n {{ ns }} patch service {{ app }} -p '{"spec":{"selector":{"app":"{{ app }}","{{ key }}":"{{ own }}"},"ports":[{"port":80,"targetPort":{{ port }}}]}}'
