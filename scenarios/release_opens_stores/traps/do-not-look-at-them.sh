# caught-by: private-stores-are-closed
set -euo pipefail
cd {{ team }}-{{ product }}
sed -i 's/restrict_public_buckets = local.closed/&\n\n  lifecycle {\n    ignore_changes = all\n  }/' modules/store/main.tf
sed -i '/caller_bits/d' release.auto.tfvars
