# What the keeper reads is put right, and so is the Service, without waiting for the minute.
set -euo pipefail
right='{"path":"api/v1/services/{{ app }}","patch":{"spec":{"selector":{"app":"{{ app }}","{{ key }}":"{{ own }}"},"ports":[{"port":80,"targetPort":{{ port }}}]}}}'
escaped=$(printf '%s' "$right" | sed 's/"/\\"/g')
kubectl -n {{ ns }} patch configmap {{ app }}-keeper-desired --type=merge -p "{\"data\":{\"address.json\":\"$escaped\"}}"
# A run that is going on has read the old state and may yet write it.
while [ -n "$(kubectl -n {{ ns }} get cronjob {{ app }}-keeper -o jsonpath='{.status.active[*].name}')" ]; do sleep 1; done
kubectl -n {{ ns }} patch service {{ app }} -p '{"spec":{"selector":{"app":"{{ app }}","{{ key }}":"{{ own }}"},"ports":[{"port":80,"targetPort":{{ port }}}]}}'
