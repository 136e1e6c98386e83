set -euo pipefail
# Production's unit takes what is its environment's by itself.
cd {{ team }}-{{ product }}/live/prod/service
{% if place == "include" %}
cat >> terragrunt.hcl <<'EOF'

locals {
  environment = read_terragrunt_config(find_in_parent_folders("environment.hcl")).locals
}

inputs = {
  copies = local.environment.inputs.copies
}
EOF
{% else %}
cat >> terragrunt.hcl <<'EOF'

dependency "own_network" {
  config_path = "../network"
}

inputs = {
  network = dependency.own_network.outputs.range
}
EOF
{% endif %}
terragrunt plan --non-interactive
