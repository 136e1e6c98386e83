set -euo pipefail
issuer=kubernetes.default.svc.cluster.local
provider=$(aws iam list-open-id-connect-providers --query "OpenIDConnectProviderList[?ends_with(Arn, '/$issuer')].Arn" --output text)
trusted() {  # role, condition
  aws iam update-assume-role-policy --role-name "$1" --policy-document "{\"Version\":\"2012-10-17\",\"Statement\":[{
    \"Effect\":\"Allow\",\"Principal\":{\"Federated\":\"$provider\"},\"Action\":\"sts:AssumeRoleWithWebIdentity\",\"Condition\":$2}]}"
}
role=$(aws iam get-role --role-name {{ app }}-archive --query Role.Arn --output text)
{% if place == "space" %}
trusted {{ app }}-archive "{\"StringEquals\":{\"$issuer:aud\":\"sts.amazonaws.com\",\"$issuer:sub\":\"system:serviceaccount:{{ ns }}:archive\"}}"
{% elif place == "role" %}
kubectl -n {{ ns }} set env deployment/archive AWS_ROLE_ARN="$role"
{% else %}
kubectl -n {{ ns }} patch deployment archive --type json \
  -p '[{"op":"replace","path":"/spec/template/spec/volumes/0/projected/sources/0/serviceAccountToken/audience","value":"sts.amazonaws.com"}]'
{% endif %}
kubectl -n {{ ns }} rollout status deployment/archive --timeout 60s
