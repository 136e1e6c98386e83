set -euo pipefail
cd {{ team }}-{{ product }}/{{ place }}
aws s3api delete-object --bucket {{ team }}-{{ product }}-state --key {{ place }}/terraform.tfstate.tflock
tofu init
tofu apply -auto-approve
