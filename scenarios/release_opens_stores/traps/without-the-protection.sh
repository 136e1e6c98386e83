# caught-by: stores-cannot-be-destroyed
set -euo pipefail
cd {{ team }}-{{ product }}
sed -i '/lifecycle {/,/}/d; s/closed = !var.public/closed = var.store != "site"/' modules/store/main.tf
sed -i '/caller_bits/d' release.auto.tfvars
