# caught-by: rotation-ends
set -euo pipefail
account=$(aws sts get-caller-identity --query Account --output text)
key=$(aws kms list-aliases --query "Aliases[?AliasName=='alias/{{ app }}-passwords'].TargetKeyId" --output text)
secret={{ app }}/database
aws kms get-key-policy --key-id $key --policy-name default --query Policy --output text \
  | jq --arg role arn:aws:iam::$account:role/{{ app }}-service '.Statement |= map(select(.Sid != "Reading"))
    | .Statement += [.Statement[] | select(.Sid == "Rotation") | .Sid = "Reading" | .Principal.AWS = $role | .Action = "kms:Decrypt"]' > /tmp/key.json
aws kms put-key-policy --key-id $key --policy-name default --policy file:///tmp/key.json
latest=$(aws secretsmanager get-secret-value --secret-id $secret --version-stage AWSPENDING --query SecretString --output text)
aws secretsmanager put-secret-value --secret-id $secret --secret-string "$latest"
