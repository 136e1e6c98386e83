set -euo pipefail
{{ shared }}
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
