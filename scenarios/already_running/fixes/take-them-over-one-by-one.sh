set -euo pipefail
cd {{ team }}-{{ product }}
tofu init
for name in api worker {{ extra }}; do
  id=$(aws ssm get-parameter --name "/{{ team }}/{{ product }}/running/$name" --query Parameter.Value --output text | jq -r .id)
  tofu import '{{ "module.service" if place == "module" else "terraform_data.service" }}["'"$name"'"]{{ ".terraform_data.this" if place == "module" else "" }}' "$id"
done
tofu apply -auto-approve
