# caught-by: release-is-for-aws
set -euo pipefail
issuer=token.actions.githubusercontent.com
provider=$(aws iam list-open-id-connect-providers --query "OpenIDConnectProviderList[?ends_with(Arn, '/$issuer')].Arn" --output text)
trusted() {
  aws iam update-assume-role-policy --role-name "$1" --policy-document "{\"Version\":\"2012-10-17\",\"Statement\":[{
    \"Effect\":\"Allow\",\"Principal\":{\"Federated\":\"$provider\"},\"Action\":\"sts:AssumeRoleWithWebIdentity\",
    \"Condition\":{\"StringLike\":{\"$issuer:sub\":\"$2\"}}}]}"
}
trusted {{ app }}-release 'repo:{{ org }}/{{ app }}:ref:refs/heads/{{ branch }}'
trusted {{ app }}-preview 'repo:{{ org }}/{{ app }}:pull_request'
