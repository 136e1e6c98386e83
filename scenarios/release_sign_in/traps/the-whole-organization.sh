# caught-by: release-not-from-other-repositories
set -euo pipefail
issuer=token.actions.githubusercontent.com
provider=$(aws iam list-open-id-connect-providers --query "OpenIDConnectProviderList[?ends_with(Arn, '/$issuer')].Arn" --output text)
trusted() {
  aws iam update-assume-role-policy --role-name "$1" --policy-document "{\"Version\":\"2012-10-17\",\"Statement\":[{
    \"Effect\":\"Allow\",\"Principal\":{\"Federated\":\"$provider\"},\"Action\":\"sts:AssumeRoleWithWebIdentity\",
    \"Condition\":{\"StringEquals\":{\"$issuer:aud\":\"sts.amazonaws.com\"},\"StringLike\":{\"$issuer:sub\":\"$2\"}}}]}"
}
trusted {{ app }}-release 'repo:{{ org }}/*'
trusted {{ app }}-preview 'repo:{{ org }}/{{ app }}:pull_request'
