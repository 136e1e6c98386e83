# caught-by: what-was-decided-runs
set -euo pipefail
cd {{ team }}-{{ product }}
tofu init
sed -i 's/"16.{{ minor }}"/"16.{{ minor + 3 }}"/' variables.tf
tofu apply -auto-approve
