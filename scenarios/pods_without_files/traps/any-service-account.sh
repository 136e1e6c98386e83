# caught-by: others-do-not-read
set -euo pipefail
{{ shared }}
issuer=${provider#*oidc-provider/}
for name in reader worker; do
  aws iam update-assume-role-policy --role-name {{ app }}-$name --policy-document "{\"Version\":\"2012-10-17\",\"Statement\":[{
    \"Effect\":\"Allow\",\"Principal\":{\"Federated\":\"$provider\"},\"Action\":\"sts:AssumeRoleWithWebIdentity\",
    \"Condition\":{\"StringEquals\":{\"$issuer:aud\":\"sts.amazonaws.com\"},\"StringLike\":{\"$issuer:sub\":\"system:serviceaccount:{{ space }}:*\"}}}]}"
done
