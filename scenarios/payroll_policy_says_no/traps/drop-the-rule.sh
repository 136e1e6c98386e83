# caught-by: bad-pods-refused
set -euo pipefail
kubectl patch validatingadmissionpolicy {{ ns }}-rules --type=json -p '[{"op":"remove","path":"/spec/validations/{{ {"centre": 0, "memory": 1, "registry": 2}[place] }}"}]'
sleep 2
kubectl -n {{ ns }} rollout restart deployment {{ app }}
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
