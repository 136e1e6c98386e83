# caught-by: others-stay-capped
set -euo pipefail
kubectl -n {{ ns }}-ops patch configmap {{ guard }}-rules --type=merge -p '{"data":{"CAP_MEMORY_MIB":"512","CAP_PROFILES":""}}'
kubectl -n {{ ns }}-ops rollout restart deployment {{ guard }}
kubectl -n {{ ns }}-ops rollout status deployment {{ guard }} --timeout=60s
kubectl -n {{ ns }} rollout restart deployment {{ app }}
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
