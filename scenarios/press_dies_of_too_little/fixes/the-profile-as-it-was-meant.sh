# The rules give the profile what they should, and the pods ask for it.
set -euo pipefail
kubectl -n {{ ns }}-ops patch configmap {{ guard }}-rules --type=merge -p '{"data":{"CAP_PROFILES":"tiny=20,{{ profile }}=96,batch=64"}}'
kubectl -n {{ ns }}-ops rollout restart deployment {{ guard }}
kubectl -n {{ ns }}-ops rollout status deployment {{ guard }} --timeout=60s
kubectl -n {{ ns }} patch deployment {{ app }} --type=merge -p '{"spec":{"template":{"metadata":{"labels":{"memory-profile":"{{ profile }}"}}}}}'
kubectl -n {{ ns }} rollout restart deployment {{ app }}
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
