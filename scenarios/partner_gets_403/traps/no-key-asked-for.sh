# caught-by: a-key-is-needed
set -euo pipefail
python3 - <<'P'
import json

import boto3

gateway = boto3.client("apigateway")
api = next(each["id"] for each in gateway.get_rest_apis()["items"] if each["name"] == "{{ team }}-orders")
orders = next(each["id"] for each in gateway.get_resources(restApiId=api)["items"] if each.get("path") == "/orders")
plan = next(each for each in gateway.get_usage_plans()["items"] if each["name"] == "{{ team }}-partners")
key = next(each["id"] for each in gateway.get_api_keys()["items"] if each["name"] == "{{ team }}-partner")
partner = {"AWS": "arn:aws:iam::{{ partner }}:role/buyer"}
stage = "{{ stage }}"


def allow(who, *places):
    resources = [f"execute-api:/{place}" for place in places]
    return {"Effect": "Allow", "Principal": who, "Action": "execute-api:Invoke", "Resource": resources}


def set_policy(*statements):
    text = json.dumps({"Version": "2012-10-17", "Statement": statements})
    gateway.update_rest_api(restApiId=api, patchOperations=[{"op": "replace", "path": "/policy", "value": text}])


def set_methods(path, value):
    for method in ("GET", "POST"):
        change = {"op": "replace", "path": path, "value": value}
        gateway.update_method(restApiId=api, resourceId=orders, httpMethod=method, patchOperations=[change])


def put_key_in_plan():
    if not plan.get("apiStages"):
        gateway.update_usage_plan(usagePlanId=plan["id"], patchOperations=[{"op": "add", "path": "/apiStages", "value": f"{api}:{stage}"}])
    if not gateway.get_usage_plan_keys(usagePlanId=plan["id"])["items"]:
        gateway.create_usage_plan_key(usagePlanId=plan["id"], keyId=key, keyType="API_KEY")


reports = allow("*", f"{stage}/GET/reports")
set_methods("/authorizationType", "AWS_IAM")
set_policy(allow(partner, f"{stage}/GET/orders", f"{stage}/POST/orders"), reports)
set_methods("/apiKeyRequired", "false")
gateway.create_deployment(restApiId=api, stageName=stage)
P
