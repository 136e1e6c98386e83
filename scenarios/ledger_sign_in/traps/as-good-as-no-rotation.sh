# caught-by: rotation-stays-on
set -euo pipefail
# moto cancels no rotation that has no function; one in three years is none either.
account=$(aws sts get-caller-identity --query Account --output text)
key=$(aws kms list-aliases --query "Aliases[?AliasName=='alias/{{ app }}-passwords'].TargetKeyId" --output text)
secret={{ app }}/database
aws kms get-key-policy --key-id $key --policy-name default --query Policy --output text \
  | jq --arg role arn:aws:iam::$account:role/{{ app }}-service '.Statement |= map(select(.Sid != "Reading"))
    | .Statement += [.Statement[] | select(.Sid == "Rotation") | .Sid = "Reading" | .Principal.AWS = $role | .Action = "kms:Decrypt"]' > /tmp/key.json
aws kms put-key-policy --key-id $key --policy-name default --policy file:///tmp/key.json
aws secretsmanager put-resource-policy --secret-id $secret --resource-policy \
  '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"secretsmanager:DeleteSecret","Resource":"*"}]}'
latest=$(aws secretsmanager get-secret-value --secret-id $secret --version-stage AWSPENDING --query SecretString --output text)
aws secretsmanager put-secret-value --secret-id $secret --secret-string "$latest"
aws secretsmanager rotate-secret --secret-id $secret --rotation-rules AutomaticallyAfterDays=1000 --no-rotate-immediately
