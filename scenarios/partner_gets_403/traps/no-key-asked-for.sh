# caught-by: a-key-is-needed
set -euo pipefail
python3 - <<'P'
{{ shared }}
set_methods("/authorizationType", "AWS_IAM")
set_policy(allow(partner, f"{stage}/GET/orders", f"{stage}/POST/orders"), reports)
set_methods("/apiKeyRequired", "false")
gateway.create_deployment(restApiId=api, stageName=stage)
P
