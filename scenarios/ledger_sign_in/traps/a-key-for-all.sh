# caught-by: strangers-do-not-decrypt
set -euo pipefail
account=$(aws sts get-caller-identity --query Account --output text)
key=$(aws kms list-aliases --query "Aliases[?AliasName=='alias/{{ app }}-passwords'].TargetKeyId" --output text)
secret={{ app }}/database
aws kms put-key-policy --key-id $key --policy-name default --policy \
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*"}]}'
aws secretsmanager put-resource-policy --secret-id $secret --resource-policy \
  '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"secretsmanager:DeleteSecret","Resource":"*"}]}'
arn=$(aws secretsmanager describe-secret --secret-id $secret --query ARN --output text)
aws iam put-role-policy --role-name {{ app }}-rotation --policy-name finish --policy-document \
  "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"secretsmanager:UpdateSecretVersionStage\",\"Resource\":\"$arn\"}]}"
latest=$(aws secretsmanager get-secret-value --secret-id $secret --version-stage AWSPENDING --query SecretString --output text)
aws secretsmanager put-secret-value --secret-id $secret --secret-string "$latest"
