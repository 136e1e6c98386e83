set -euo pipefail
role={{ team }}-settlement
account=$(aws sts get-caller-identity --query Account --output text)
files={{ team }}-files-{{ number }}-$account
table=$(aws dynamodb describe-table --table-name {{ team }}-balances --query Table.TableArn --output text)
key=$(aws s3 cp s3://{{ team }}-records-{{ number }}-$account/settlement/last.log - | grep -o 'arn:aws:kms[^ ]*' | head -1)
aws iam put-role-policy --role-name $role --policy-name settle --policy-document "{\"Version\":\"2012-10-17\",\"Statement\":[
 {\"Effect\":\"Allow\",\"Action\":\"s3:ListBucket\",\"Resource\":\"arn:aws:s3:::$files\",\"Condition\":{\"StringLike\":{\"s3:prefix\":[\"{{ incoming }}/*\"]}}},
 {\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::$files/{{ incoming }}/*\"},
 {\"Effect\":\"Allow\",\"Action\":\"s3:PutObject\",\"Resource\":\"arn:aws:s3:::$files/{{ outgoing }}/*\"},
 {\"Effect\":\"Allow\",\"Action\":[\"dynamodb:GetItem\",\"dynamodb:UpdateItem\"],\"Resource\":\"$table\"},
 {\"Effect\":\"Allow\",\"Action\":[\"kms:Decrypt\",\"kms:GenerateDataKey\"],\"Resource\":\"$key\"}]}"
for name in $(aws iam list-role-policies --role-name $role --query 'PolicyNames[?@ != `settle`]' --output text); do
  aws iam delete-role-policy --role-name $role --policy-name $name
done
for arn in $(aws iam list-attached-role-policies --role-name $role --query 'AttachedPolicies[].PolicyArn' --output text); do
  aws iam detach-role-policy --role-name $role --policy-arn $arn
done
