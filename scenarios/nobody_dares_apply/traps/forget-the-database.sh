# caught-by: nothing-was-rebuilt
set -euo pipefail
cd {{ team }}-{{ product }}
sed -i 's/"16.{{ minor }}"/"16.{{ minor + 3 }}"/; s/default = {{ few }}$/default = {{ many }}/' variables.tf
tofu init
tofu state rm terraform_data.database
tofu apply -auto-approve
