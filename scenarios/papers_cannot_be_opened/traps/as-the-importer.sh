# caught-by: importer-does-not-read
set -euo pipefail
{{ shared }}
# The archive comes as the importer.
trusted {{ app }}-importer "{\"StringEquals\":{\"$issuer:aud\":\"sts.amazonaws.com\",\"$issuer:sub\":[\"system:serviceaccount:{{ ns }}:importer\",\"system:serviceaccount:{{ ns }}:archive\"]}}"
aws iam put-role-policy --role-name {{ app }}-importer --policy-name read --policy-document \
  "$(aws iam get-role-policy --role-name {{ app }}-archive --policy-name read --query PolicyDocument)"
kubectl -n {{ ns }} set env deployment/archive AWS_ROLE_ARN="$(aws iam get-role --role-name {{ app }}-importer --query Role.Arn --output text)"
