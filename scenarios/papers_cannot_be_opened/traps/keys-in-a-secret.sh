# caught-by: no-keys-that-last
set -euo pipefail
aws iam create-user --user-name {{ app }}-pods
aws iam put-user-policy --user-name {{ app }}-pods --policy-name read --policy-document \
  "$(aws iam get-role-policy --role-name {{ app }}-archive --policy-name read --query PolicyDocument)"
read -r id secret < <(aws iam create-access-key --user-name {{ app }}-pods --query 'AccessKey.[AccessKeyId,SecretAccessKey]' --output text)
kubectl -n {{ ns }} create secret generic archive-keys --from-literal=AWS_ACCESS_KEY_ID="$id" --from-literal=AWS_SECRET_ACCESS_KEY="$secret"
kubectl -n {{ ns }} set env deployment/archive --from secret/archive-keys
kubectl -n {{ ns }} rollout status deployment/archive --timeout 60s
