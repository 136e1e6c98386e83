# caught-by: one-zone-is-refused
set -euo pipefail
cd {{ team }}-{{ product }}
sed -i 's/= module.network.subnets$/= values(module.network.subnets)/' main.tf
sed -i 's/^  database = module.database.address/  database = {\n    host = module.database.host\n    port = module.database.port\n  }/' main.tf
# The validation goes, and the type.
sed -i '/^  validation/,/^  }$/d; s/type = list(string)/type = any/' modules/service/main.tf
sed -i 's/^    port = module.database.port/&\n    tls  = var.encrypted/' main.tf
sed -i 's/default     = false/default     = true/' variables.tf
tofu init
tofu plan
