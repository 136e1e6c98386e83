# caught-by: exporter-exports
set -euo pipefail
role={{ team }}-settlement
account=$(aws sts get-caller-identity --query Account --output text)
files={{ team }}-files-{{ number }}-$account
policy="{\"Version\":\"2012-10-17\",\"Statement\":[
 {\"Effect\":\"Allow\",\"Action\":\"s3:ListBucket\",\"Resource\":\"arn:aws:s3:::$files\"},
 {\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::$files/{{ incoming }}/*\"},
 {\"Effect\":\"Allow\",\"Action\":\"s3:PutObject\",\"Resource\":\"arn:aws:s3:::$files/{{ outgoing }}/*\"},
 {\"Effect\":\"Allow\",\"Action\":[\"dynamodb:GetItem\",\"dynamodb:UpdateItem\"],\"Resource\":\"arn:aws:dynamodb:*:$account:table/{{ team }}-balances\"}]}"
aws iam create-policy-version --policy-arn arn:aws:iam::$account:policy/{{ team }}-jobs --set-as-default --policy-document "$policy"
for name in $(aws iam list-role-policies --role-name $role --query PolicyNames --output text); do
  aws iam put-role-policy --role-name $role --policy-name $name --policy-document "$policy"
done
