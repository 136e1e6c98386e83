# caught-by: tokens-for-others-do-not-read
set -euo pipefail
for arn in $(aws iam list-open-id-connect-providers --query 'OpenIDConnectProviderList[].Arn' --output text); do
  cluster=$(aws iam get-open-id-connect-provider --open-id-connect-provider-arn $arn --query 'Tags[0].Value' --output text)
  case $cluster in {{ app }}-2) provider=$arn ;; {{ app }}-1) former=$arn ;; esac
done
issuer=${provider#*oidc-provider/}
for name in reader worker; do
  aws iam update-assume-role-policy --role-name {{ app }}-$name --policy-document "{\"Version\":\"2012-10-17\",\"Statement\":[{
    \"Effect\":\"Allow\",\"Principal\":{\"Federated\":\"$provider\"},\"Action\":\"sts:AssumeRoleWithWebIdentity\",
    \"Condition\":{\"StringEquals\":{\"$issuer:sub\":\"system:serviceaccount:{{ space }}:invoice-$name\"}}}]}"
done
