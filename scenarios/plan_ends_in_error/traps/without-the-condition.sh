# caught-by: without-encryption-is-refused
set -euo pipefail
cd {{ team }}-{{ product }}
sed -i 's/= module.network.subnets$/= values(module.network.subnets)/' main.tf
sed -i 's/^  database = module.database.address/  database = {\n    host = module.database.host\n    port = module.database.port\n  }/' main.tf
# The condition goes.
sed -i '/^  lifecycle/,/^  }$/d' modules/service/main.tf
sed -i 's/^    port = module.database.port/&\n    tls  = var.encrypted/' main.tf
sed -i 's/default     = false/default     = true/' variables.tf
tofu init
tofu plan -detailed-exitcode
