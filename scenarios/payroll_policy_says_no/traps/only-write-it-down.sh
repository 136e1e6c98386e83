# caught-by: bad-pods-refused
set -euo pipefail
kubectl patch validatingadmissionpolicybinding {{ ns }}-rules --type=merge -p '{"spec":{"validationActions":["Audit"]}}'
sleep 2
kubectl -n {{ ns }} rollout restart deployment {{ app }}
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
