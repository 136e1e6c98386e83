# caught-by: next-run-can-begin
set -euo pipefail
cd {{ team }}-{{ product }}/{{ place }}
tofu init
tofu apply -auto-approve -lock=false
