# caught-by: strangers-are-refused
set -euo pipefail
python3 - <<'P'
{{ shared }}
set_methods("/authorizationType", "AWS_IAM")
set_policy(allow("*", "*"))
put_key_in_plan()
gateway.create_deployment(restApiId=api, stageName=stage)
P
