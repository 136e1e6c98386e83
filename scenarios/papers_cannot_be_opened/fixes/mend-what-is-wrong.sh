set -euo pipefail
{{ shared }}
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
