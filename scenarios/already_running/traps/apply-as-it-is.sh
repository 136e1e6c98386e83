# caught-by: nothing-made-twice
set -euo pipefail
cd {{ team }}-{{ product }}
tofu init
tofu apply -auto-approve
