# caught-by: nothing-was-rebuilt
set -euo pipefail
cd {{ team }}-{{ product }}
tofu init
tofu apply -auto-approve
