# caught-by: without-encryption-is-refused
set -euo pipefail
cd {{ team }}-{{ product }}
sed -i 's/= module.network.subnets$/= values(module.network.subnets)/' main.tf
sed -i 's/^  database = module.database.address/  database = {\n    host = module.database.host\n    port = module.database.port\n  }/' main.tf
# Always, whatever anybody asks for.
sed -i 's/optional(bool, false)/optional(bool, true)/' modules/service/main.tf
tofu init
tofu plan -detailed-exitcode
