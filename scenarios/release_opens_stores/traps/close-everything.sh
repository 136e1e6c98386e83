# caught-by: site-stays-public
set -euo pipefail
cd {{ team }}-{{ product }}
sed -i 's/closed = !var.public/closed = true/' modules/store/main.tf
sed -i '/caller_bits/d' release.auto.tfvars
