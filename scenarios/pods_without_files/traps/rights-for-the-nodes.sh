# caught-by: nodes-have-no-files
set -euo pipefail
for name in reader worker; do
  aws iam put-role-policy --role-name {{ app }}-node --policy-name $name --policy-document \
    "$(aws iam get-role-policy --role-name {{ app }}-$name --policy-name files --query PolicyDocument)"
done
