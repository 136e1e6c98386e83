# caught-by: unsafe-pods-refused
# The level stays, as it was defined years ago: it asks for less.
set -euo pipefail
kubectl label namespace {{ ns }} pod-security.kubernetes.io/enforce-version=v1.0 --overwrite
kubectl -n {{ ns }} rollout restart deployment {{ app }}
sleep 5
