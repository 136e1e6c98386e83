# caught-by: its-table-is-safe
set -euo pipefail
role={{ team }}-settlement
account=$(aws sts get-caller-identity --query Account --output text)
files={{ team }}-files-{{ number }}-$account
aws iam put-role-policy --role-name $role --policy-name settle --policy-document "{\"Version\":\"2012-10-17\",\"Statement\":[
 {\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":[\"arn:aws:s3:::$files\",\"arn:aws:s3:::$files/*\"]},
 {\"Effect\":\"Allow\",\"Action\":\"dynamodb:*\",\"Resource\":\"arn:aws:dynamodb:*:$account:table/{{ team }}-balances\"},
 {\"Effect\":\"Allow\",\"Action\":\"kms:*\",\"Resource\":\"*\"}]}"
for name in $(aws iam list-role-policies --role-name $role --query 'PolicyNames[?@ != `settle`]' --output text); do
  aws iam delete-role-policy --role-name $role --policy-name $name
done
for arn in $(aws iam list-attached-role-policies --role-name $role --query 'AttachedPolicies[].PolicyArn' --output text); do
  aws iam detach-role-policy --role-name $role --policy-arn $arn
done
