# What the keeper reads is put right, and so is the Service, without waiting for the minute.
set -euo pipefail
right='{"path":"api/v1/services/{{ app }}","patch":{"spec":{"selector":{"app":"{{ app }}","{{ key }}":"{{ own }}"},"ports":[{"port":80,"targetPort":{{ port }}}]}}}'
kubectl -n {{ ns }} get configmap {{ app }}-keeper-desired -o json >/dev/null
escaped=$(printf '%s' "$right" | sed 's/"/\\"/g')
kubectl -n {{ ns }} patch configmap {{ app }}-keeper-desired --type=merge -p "{\"data\":{\"address.json\":\"$escaped\"}}"
kubectl -n {{ ns }} patch service {{ app }} -p '{"spec":{"selector":{"app":"{{ app }}","{{ key }}":"{{ own }}"},"ports":[{"port":80,"targetPort":{{ port }}}]}}'
