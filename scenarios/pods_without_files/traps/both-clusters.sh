# caught-by: former-cluster-is-out
set -euo pipefail
{{ shared }}
issuer=${provider#*oidc-provider/}
old=${former#*oidc-provider/}
for name in reader worker; do
  aws iam update-assume-role-policy --role-name {{ app }}-$name --policy-document "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Federated\":\"$former\"},\"Action\":\"sts:AssumeRoleWithWebIdentity\",\"Condition\":{\"StringEquals\":{\"$old:sub\":\"system:serviceaccount:{{ space }}:invoice-$name\"}}},{
    \"Effect\":\"Allow\",\"Principal\":{\"Federated\":\"$provider\"},\"Action\":\"sts:AssumeRoleWithWebIdentity\",
    \"Condition\":{\"StringEquals\":{\"$issuer:aud\":\"sts.amazonaws.com\",\"$issuer:sub\":\"system:serviceaccount:{{ space }}:invoice-$name\"}}}]}"
done
