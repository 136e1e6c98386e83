# caught-by: temporary-is-taken-back
set -euo pipefail
cd {{ team }}-{{ product }}
sed -i 's/^resource .*/&\n  lifecycle {\n    ignore_changes = all\n  }\n/' main.tf
tofu init
tofu apply -auto-approve
