# caught-by: nothing-was-rebuilt
set -euo pipefail
cd {{ team }}-{{ product }}/live/prod/service
terragrunt apply -auto-approve --non-interactive
