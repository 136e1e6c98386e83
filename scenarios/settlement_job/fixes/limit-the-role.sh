set -euo pipefail
# What the role may do at most is limited; what it is given stays as it is, and no longer matters.
role={{ team }}-settlement
account=$(aws sts get-caller-identity --query Account --output text)
files={{ team }}-files-{{ number }}-$account
table=$(aws dynamodb describe-table --table-name {{ team }}-balances --query Table.TableArn --output text)
key=$(aws s3 cp s3://{{ team }}-records-{{ number }}-$account/settlement/last.log - | grep -o 'arn:aws:kms[^ ]*' | head -1)
arn=$(aws iam create-policy --policy-name {{ team }}-settlement-limit --query Policy.Arn --output text --policy-document "{\"Version\":\"2012-10-17\",\"Statement\":[
 {\"Effect\":\"Allow\",\"Action\":\"s3:ListBucket\",\"Resource\":\"arn:aws:s3:::$files\",\"Condition\":{\"StringEquals\":{\"s3:prefix\":\"{{ incoming }}/\"}}},
 {\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::$files/{{ incoming }}/*\"},
 {\"Effect\":\"Allow\",\"Action\":\"s3:PutObject\",\"Resource\":\"arn:aws:s3:::$files/{{ outgoing }}/*\"},
 {\"Effect\":\"Allow\",\"Action\":[\"dynamodb:GetItem\",\"dynamodb:UpdateItem\"],\"Resource\":\"$table\"},
 {\"Effect\":\"Allow\",\"Action\":[\"kms:Decrypt\",\"kms:GenerateDataKey\"],\"Resource\":\"$key\",\"Condition\":{\"StringLike\":{\"kms:ViaService\":\"s3.*.amazonaws.com\"}}}]}")
aws iam put-role-permissions-boundary --role-name $role --permissions-boundary $arn
