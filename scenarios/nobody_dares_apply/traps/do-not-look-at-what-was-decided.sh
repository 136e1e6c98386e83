# caught-by: code-says-what-was-decided
set -euo pipefail
cd {{ team }}-{{ product }}
sed -i '/^resource .*\(database\|workers\)"/s/.*/&\n  lifecycle {\n    ignore_changes = all\n  }\n/' main.tf
tofu init
tofu apply -auto-approve
