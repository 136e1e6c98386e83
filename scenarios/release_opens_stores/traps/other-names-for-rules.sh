# caught-by: nothing-is-replaced
set -euo pipefail
cd {{ team }}-{{ product }}
sed -i 's/closed = !var.public/closed = var.store != "site"/' modules/store/main.tf
sed -i '/caller_bits/d' release.auto.tfvars
sed -i 's/for_each = var.callers/for_each = { for name, part in var.callers : upper(name) => part }/; s/= each.key/= lower(each.key)/' database.tf
