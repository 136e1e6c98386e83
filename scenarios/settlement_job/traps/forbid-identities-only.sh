# caught-by: other-files-are-closed
set -euo pipefail
aws iam put-role-policy --role-name {{ team }}-settlement --policy-name no-identities \
  --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":["iam:*","sts:*"],"Resource":"*"}]}'
