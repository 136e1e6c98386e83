set -euo pipefail
# First what must not stay, alone; then the decisions, in a file of values beside the defaults.
cd {{ team }}-{{ product }}
tofu init
tofu apply -auto-approve -target=terraform_data.gateway
printf 'workers          = {{ many }}\ndatabase_version = "16.{{ minor + 3 }}"\n' > terraform.tfvars
tofu apply -auto-approve
