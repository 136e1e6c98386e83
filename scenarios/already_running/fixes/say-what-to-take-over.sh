set -euo pipefail
cd {{ team }}-{{ product }}
for name in api worker {{ extra }}; do
  id=$(aws ssm get-parameter --name "/{{ team }}/{{ product }}/running/$name" --query Parameter.Value --output text | jq -r .id)
  {% if place == "module" %}
  printf 'import {\n  to = module.service["%s"].terraform_data.this\n  id = "%s"\n}\n' "$name" "$id"
  {% else %}
  printf 'import {\n  to = terraform_data.service["%s"]\n  id = "%s"\n}\n' "$name" "$id"
  {% endif %}
done > imports.tf
tofu init
tofu apply -auto-approve
