# caught-by: token-is-for-aws
set -euo pipefail
{{ shared }}
trusted {{ app }}-archive "{\"StringEquals\":{\"$issuer:sub\":\"system:serviceaccount:{{ ns }}:archive\"}}"
{% if place == "role" %}
kubectl -n {{ ns }} set env deployment/archive AWS_ROLE_ARN="$(aws iam get-role --role-name {{ app }}-archive --query Role.Arn --output text)"
{% endif %}
