set -euo pipefail
cd {{ team }}-{{ product }}
{% if place == "call" %}
sed -i 's/lookup(each.value, "public", true)/lookup(each.value, "public", false)/' main.tf
{% else %}
sed -i 's/optional(bool, true)/optional(bool, false)/' variables.tf
{% endif %}
sed -i '/caller_bits/d' release.auto.tfvars
tofu init
tofu plan
