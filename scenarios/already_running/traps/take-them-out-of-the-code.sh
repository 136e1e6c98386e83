# caught-by: code-describes-all
set -euo pipefail
cd {{ team }}-{{ product }}
rm services.tf
tofu init
tofu apply -auto-approve
