# caught-by: strangers-are-refused
set -euo pipefail
python3 - <<'P'
{{ shared }}
set_methods("/authorizationType", "NONE")
set_policy(allow("*", f"{stage}/*/orders"), reports)
put_key_in_plan()
gateway.create_deployment(restApiId=api, stageName=stage)
P
