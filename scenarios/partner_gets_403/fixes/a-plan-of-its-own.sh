set -euo pipefail
# The key moves to a plan of its own with the same limits; the policy names paths by a pattern.
python3 - <<'P'
{{ shared }}
set_methods("/authorizationType", "AWS_IAM")
set_policy(allow(partner, "*/orders"), reports)
own = gateway.create_usage_plan(name="buyer", apiStages=[{"apiId": api, "stage": stage}], quota=plan["quota"], throttle=plan["throttle"])
for old in gateway.get_usage_plan_keys(usagePlanId=plan["id"])["items"]:
    gateway.delete_usage_plan_key(usagePlanId=plan["id"], keyId=old["id"])
gateway.create_usage_plan_key(usagePlanId=own["id"], keyId=key, keyType="API_KEY")
gateway.create_deployment(restApiId=api, stageName=stage)
P
