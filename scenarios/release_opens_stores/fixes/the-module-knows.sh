set -euo pipefail
# Only a store that says so is public, whatever the callers of the module forget.
cd {{ team }}-{{ product }}
sed -i 's/type        = bool/&\n  nullable    = false\n  default     = false/' modules/store/variables.tf
{% if place == "call" %}
sed -i 's/lookup(each.value, "public", true)/try(each.value.public, null)/' main.tf
{% else %}
sed -i 's/optional(bool, true)/optional(bool)/' variables.tf
{% endif %}
echo 'caller_bits = 8' > zz.auto.tfvars
tofu init
tofu plan
