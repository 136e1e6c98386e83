set -euo pipefail
cd {{ team }}-{{ product }}
number=0
for name in api worker mailer; do
  {% if place == "module" %}
  printf 'moved {\n  from = terraform_data.%s\n  to   = module.service["%s"].terraform_data.this\n}\n' "$name" "$name"
  {% else %}
  printf 'moved {\n  from = terraform_data.service[%s]\n  to   = terraform_data.service["%s"]\n}\n' "$number" "$name"
  {% endif %}
  number=$((number + 1))
done > moved.tf
tofu init
tofu apply -auto-approve
