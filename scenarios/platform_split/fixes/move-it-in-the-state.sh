set -euo pipefail
cd {{ team }}-{{ product }}
tofu init
number=0
for name in api worker mailer; do
  {% if place == "module" %}
  tofu state mv "terraform_data.$name" "module.service[\"$name\"].terraform_data.this"
  {% else %}
  tofu state mv "terraform_data.service[$number]" "terraform_data.service[\"$name\"]"
  {% endif %}
  number=$((number + 1))
done
