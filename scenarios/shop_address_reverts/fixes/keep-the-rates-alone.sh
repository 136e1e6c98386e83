# The keeper leaves the Service alone from now on; it is set up by hand.
set -euo pipefail
kubectl -n {{ ns }} patch configmap {{ app }}-keeper-desired --type=json -p '[{"op":"remove","path":"/data/address.json"}]'
# A run that is going on has read the old state and may yet write it.
while [ -n "$(kubectl -n {{ ns }} get cronjob {{ app }}-keeper -o jsonpath='{.status.active[*].name}')" ]; do sleep 1; done
kubectl -n {{ ns }} patch service {{ app }} -p '{"spec":{"selector":{"app":"{{ app }}","{{ key }}":"{{ own }}"},"ports":[{"port":80,"targetPort":{{ port }}}]}}'
