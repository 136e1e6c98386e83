set -euo pipefail
account=$(aws sts get-caller-identity --query Account --output text)
key=$(aws kms list-aliases --query "Aliases[?AliasName=='alias/{{ app }}-passwords'].TargetKeyId" --output text)
secret={{ app }}/database
aws kms get-key-policy --key-id $key --policy-name default --query Policy --output text \
  | jq --arg role arn:aws:iam::$account:role/{{ app }}-service '.Statement |= map(select(.Sid != "Reading"))
    | .Statement += [.Statement[] | select(.Sid == "Rotation") | .Sid = "Reading" | .Principal.AWS = $role | .Action = "kms:Decrypt"]' > /tmp/key.json
aws kms put-key-policy --key-id $key --policy-name default --policy file:///tmp/key.json
aws secretsmanager put-resource-policy --secret-id $secret --resource-policy \
  '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"secretsmanager:DeleteSecret","Resource":"*"}]}'
arn=$(aws secretsmanager describe-secret --secret-id $secret --query ARN --output text)
aws iam put-role-policy --role-name {{ app }}-rotation --policy-name finish --policy-document \
  "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"secretsmanager:UpdateSecretVersionStage\",\"Resource\":\"$arn\"}]}"
versions=$(aws secretsmanager list-secret-version-ids --secret-id $secret)
labelled() { jq -r --arg l $1 '.Versions[] | select(.VersionStages | index($l)) | .VersionId' <<< "$versions"; }
aws secretsmanager update-secret-version-stage --secret-id $secret --version-stage AWSCURRENT \
  --move-to-version-id $(labelled AWSPENDING) --remove-from-version-id $(labelled AWSCURRENT)
