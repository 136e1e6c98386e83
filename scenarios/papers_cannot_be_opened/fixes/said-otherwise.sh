set -euo pipefail
issuer=kubernetes.default.svc.cluster.local
provider=$(aws iam list-open-id-connect-providers --query "OpenIDConnectProviderList[?ends_with(Arn, '/$issuer')].Arn" --output text)
trusted() {  # role, condition
  aws iam update-assume-role-policy --role-name "$1" --policy-document "{\"Version\":\"2012-10-17\",\"Statement\":[{
    \"Effect\":\"Allow\",\"Principal\":{\"Federated\":\"$provider\"},\"Action\":\"sts:AssumeRoleWithWebIdentity\",\"Condition\":$2}]}"
}
role=$(aws iam get-role --role-name {{ app }}-archive --query Role.Arn --output text)
# Said otherwise: a trust of two conditions, a file of settings, a second token.
trusted {{ app }}-archive "{\"StringLike\":{\"$issuer:sub\":[\"system:serviceaccount:{{ ns }}:archive\"]},\"ForAllValues:StringEquals\":{\"$issuer:aud\":[\"sts.amazonaws.com\"]},\"Null\":{\"$issuer:aud\":\"false\"}}"
{% if place == "role" %}
kubectl -n {{ ns }} create configmap archive-aws --from-literal=config="[default]
role_arn = $role
web_identity_token_file = /var/run/secrets/account/token"
kubectl -n {{ ns }} patch deployment archive --type strategic -p '{"spec":{"template":{"spec":{
  "containers":[{"name":"shelf","env":[{"name":"AWS_CONFIG_FILE","value":"/etc/aws/config"},{"name":"AWS_ROLE_ARN","$patch":"delete"},
    {"name":"AWS_WEB_IDENTITY_TOKEN_FILE","$patch":"delete"}],"volumeMounts":[{"name":"settings","mountPath":"/etc/aws"}]}],
  "volumes":[{"name":"settings","configMap":{"name":"archive-aws"}}]}}}}'
{% elif place == "audience" %}
kubectl -n {{ ns }} patch deployment archive --type strategic -p '{"spec":{"template":{"spec":{
  "containers":[{"name":"shelf","env":[{"name":"AWS_WEB_IDENTITY_TOKEN_FILE","value":"/var/run/secrets/sts/token"}],
    "volumeMounts":[{"name":"sts","mountPath":"/var/run/secrets/sts"}]}],
  "volumes":[{"name":"sts","projected":{"sources":[{"serviceAccountToken":{"audience":"sts.amazonaws.com","path":"token"}}]}}]}}}}'
{% endif %}
kubectl -n {{ ns }} rollout status deployment/archive --timeout 60s
