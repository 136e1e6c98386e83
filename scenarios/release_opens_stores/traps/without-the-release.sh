# caught-by: release-comes
set -euo pipefail
cd {{ team }}-{{ product }}
rm release.auto.tfvars
sed -i '/archive  =/d' stores.tf terraform.tfvars 2>/dev/null || sed -i '/archive  =/d' terraform.tfvars
sed -i 's/closed = !var.public/closed = var.store != "site"/' modules/store/main.tf
