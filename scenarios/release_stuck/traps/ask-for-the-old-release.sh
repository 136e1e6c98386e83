# caught-by: release-is-the-one-asked-for
set -euo pipefail
cd {{ team }}-{{ product }}/{{ place }}
sed -i 's/default = .*/default = {{ release - 1 }}/' main.tf
aws s3api delete-object --bucket {{ team }}-{{ product }}-state --key {{ place }}/terraform.tfstate.tflock
