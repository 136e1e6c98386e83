# caught-by: credentials-come-from-a-secret
set -euo pipefail
user=$(kubectl -n {{ ns }} get secret {{ app }}-store-auth -o jsonpath='{.data.username}' | base64 -d)
password=$(kubectl -n {{ ns }} get secret {{ app }}-store-auth -o jsonpath='{.data.password}' | base64 -d)
kubectl -n {{ ns }} set env deployment {{ app }} STORE_USER="$user" STORE_PASSWORD="$password"
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
