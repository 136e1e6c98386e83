# caught-by: importer-does-not-read
set -euo pipefail
issuer=kubernetes.default.svc.cluster.local
provider=$(aws iam list-open-id-connect-providers --query "OpenIDConnectProviderList[?ends_with(Arn, '/$issuer')].Arn" --output text)
trusted() {  # role, condition
  aws iam update-assume-role-policy --role-name "$1" --policy-document "{\"Version\":\"2012-10-17\",\"Statement\":[{
    \"Effect\":\"Allow\",\"Principal\":{\"Federated\":\"$provider\"},\"Action\":\"sts:AssumeRoleWithWebIdentity\",\"Condition\":$2}]}"
}
# The archive comes as the importer.
trusted {{ app }}-importer "{\"StringEquals\":{\"$issuer:aud\":\"sts.amazonaws.com\",\"$issuer:sub\":[\"system:serviceaccount:{{ ns }}:importer\",\"system:serviceaccount:{{ ns }}:archive\"]}}"
aws iam put-role-policy --role-name {{ app }}-importer --policy-name read --policy-document \
  "$(aws iam get-role-policy --role-name {{ app }}-archive --policy-name read --query PolicyDocument)"
kubectl -n {{ ns }} set env deployment/archive AWS_ROLE_ARN="$(aws iam get-role --role-name {{ app }}-importer --query Role.Arn --output text)"
