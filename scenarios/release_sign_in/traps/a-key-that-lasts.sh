# caught-by: no-keys-that-last
set -euo pipefail
aws iam create-user --user-name {{ app }}-pipeline
aws iam put-user-policy --user-name {{ app }}-pipeline --policy-name publish --policy-document \
  "$(aws iam get-role-policy --role-name {{ app }}-release --policy-name publish --query PolicyDocument)"
aws iam create-access-key --user-name {{ app }}-pipeline
