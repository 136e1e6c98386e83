set -euo pipefail
cd {{ team }}-{{ product }}
sed -i 's/default     = false/default     = true/' variables.tf
sed -i 's/= module.network.subnets$/= values(module.network.subnets)/' main.tf
{% if place == "database" %}
sed -i 's/^  database = module.database.address/  database = { host = module.database.host, port = module.database.port, tls = var.encrypted }/' main.tf
{% else %}
sed -i 's/^    port = module.database.port/&\n    tls  = var.encrypted/' main.tf
{% endif %}
tofu init
tofu plan -detailed-exitcode
