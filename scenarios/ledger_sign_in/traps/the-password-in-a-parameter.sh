# caught-by: no-plain-copy
set -euo pipefail
account=$(aws sts get-caller-identity --query Account --output text)
key=$(aws kms list-aliases --query "Aliases[?AliasName=='alias/{{ app }}-passwords'].TargetKeyId" --output text)
secret={{ app }}/database
latest=$(aws secretsmanager get-secret-value --secret-id $secret --version-stage AWSPENDING --query SecretString --output text)
aws ssm put-parameter --name /{{ app }}/database --type String --value "$latest"
