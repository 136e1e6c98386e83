set -euo pipefail
cd {{ team }}-{{ product }}
echo 'encrypted = true' > terraform.tfvars
python3 - <<'END'
text = open("main.tf").read()
text = text[: text.index('module "service"')] + '''locals {
  place = split(":", module.database.address)
}

module "service" {
  source   = "./modules/service"
  name     = "{{ product }}-service"
  subnets  = [for zone in sort(var.zones) : module.network.subnets[zone]]
  database = { host = local.place[0], port = tonumber(local.place[1]), tls = var.encrypted }
}
'''
open("main.tf", "w").write(text)
END
tofu init
tofu plan -detailed-exitcode
