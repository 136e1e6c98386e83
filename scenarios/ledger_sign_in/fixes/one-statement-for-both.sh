set -euo pipefail
# One statement of the key's policy for both roles; the secret's policy excepts the function; the value is put as the current one.
account=$(aws sts get-caller-identity --query Account --output text)
key=$(aws kms list-aliases --query "Aliases[?AliasName=='alias/{{ app }}-passwords'].TargetKeyId" --output text)
secret={{ app }}/database
roles="[\"arn:aws:iam::$account:role/{{ app }}-service\",\"arn:aws:iam::$account:role/{{ app }}-rotation\"]"
aws kms put-key-policy --key-id $key --policy-name default --policy "{\"Version\":\"2012-10-17\",\"Statement\":[
 {\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::$account:root\"},\"Resource\":\"*\",\"Action\":[\"kms:Describe*\",\"kms:List*\",\"kms:Get*\",\"kms:Put*\",\"kms:Enable*\",\"kms:Disable*\"]},
 {\"Effect\":\"Allow\",\"Principal\":{\"AWS\":$roles},\"Resource\":\"*\",\"Action\":[\"kms:Decrypt\",\"kms:GenerateDataKey*\",\"kms:DescribeKey\"],
  \"Condition\":{\"StringLike\":{\"kms:ViaService\":\"secretsmanager.*.amazonaws.com\"}}}]}"
aws secretsmanager put-resource-policy --secret-id $secret --resource-policy "{\"Version\":\"2012-10-17\",\"Statement\":[
 {\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"secretsmanager:DeleteSecret\",\"Resource\":\"*\"},
 {\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"secretsmanager:UpdateSecretVersionStage\",\"Resource\":\"*\",
  \"Condition\":{\"ArnNotEquals\":{\"aws:PrincipalArn\":\"arn:aws:iam::$account:role/{{ app }}-rotation\"}}}]}"
arn=$(aws secretsmanager describe-secret --secret-id $secret --query ARN --output text)
aws iam put-role-policy --role-name {{ app }}-rotation --policy-name finish --policy-document \
  "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"secretsmanager:UpdateSecretVersionStage\",\"Resource\":\"$arn\"}]}"
latest=$(aws secretsmanager get-secret-value --secret-id $secret --version-stage AWSPENDING --query SecretString --output text)
aws secretsmanager put-secret-value --secret-id $secret --secret-string "$latest"
