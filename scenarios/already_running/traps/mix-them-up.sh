# caught-by: each-is-known-by-its-name
set -euo pipefail
cd {{ team }}-{{ product }}
tofu init
names=(api worker {{ extra }}) others=(worker api {{ extra }})
for place in 0 1 2; do
  id=$(aws ssm get-parameter --name "/{{ team }}/{{ product }}/running/${others[$place]}" --query Parameter.Value --output text | jq -r .id)
  tofu import '{{ "module.service" if place == "module" else "terraform_data.service" }}["'"${names[$place]}"'"]{{ ".terraform_data.this" if place == "module" else "" }}' "$id"
done
tofu apply -auto-approve
