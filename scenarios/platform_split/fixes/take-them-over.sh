set -euo pipefail
# Forgotten at the old address, imported at the new: nothing that runs is touched.
cd {{ team }}-{{ product }}
tofu init
number=0
for name in api worker mailer; do
  {% if place == "module" %}
  old="terraform_data.$name" new="module.service[\"$name\"].terraform_data.this"
  {% else %}
  old="terraform_data.service[$number]" new="terraform_data.service[\"$name\"]"
  {% endif %}
  cp terraform.tfstate /tmp/before.json
  id=$(jq -r --arg name "{{ product }}-$name" '.resources[].instances[].attributes | select(.input.value == $name).id' /tmp/before.json)
  tofu state rm "$old"
  tofu import "$new" "$id"
  number=$((number + 1))
done
