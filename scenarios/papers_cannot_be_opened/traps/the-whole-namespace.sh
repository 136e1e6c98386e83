# caught-by: preview-gets-nothing
set -euo pipefail
issuer=kubernetes.default.svc.cluster.local
provider=$(aws iam list-open-id-connect-providers --query "OpenIDConnectProviderList[?ends_with(Arn, '/$issuer')].Arn" --output text)
trusted() {  # role, condition
  aws iam update-assume-role-policy --role-name "$1" --policy-document "{\"Version\":\"2012-10-17\",\"Statement\":[{
    \"Effect\":\"Allow\",\"Principal\":{\"Federated\":\"$provider\"},\"Action\":\"sts:AssumeRoleWithWebIdentity\",\"Condition\":$2}]}"
}
trusted {{ app }}-archive "{\"StringEquals\":{\"$issuer:aud\":\"sts.amazonaws.com\"},\"StringLike\":{\"$issuer:sub\":\"system:serviceaccount:{{ ns }}:*\"}}"
