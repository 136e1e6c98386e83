"""Who may what in an emulated account: moto's signatures, our judgement."""

import json
from typing import Any

import pytest
import urllib3

from labs.core.aws import AwsCall
from provisioner.aws.access import give
from provisioner.aws.client import AwsClient

EVERY_EC2 = {"Effect": "Allow", "Action": "ec2:Describe*", "Resource": "*"}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def candidate(client: AwsClient, *statements: dict[str, Any]) -> AwsClient:
    variables = give(client, statements)
    keys = {"AccessKeyId": variables["AWS_ACCESS_KEY_ID"], "SecretAccessKey": variables["AWS_SECRET_ACCESS_KEY"]}
    return client.with_keys(keys)


def role(client: AwsClient, name: str, *statements: dict[str, Any], boundary: str = "") -> AwsClient:
    wanted = {"RoleName": name, "AssumeRolePolicyDocument": json.dumps(TRUST)}
    made = client.call(AwsCall("iam", "CreateRole", wanted | ({"PermissionsBoundary": boundary} if boundary else {})))
    policy = {"RoleName": name, "PolicyName": "own", "PolicyDocument": document(*statements)}
    client.call(AwsCall("iam", "PutRolePolicy", policy))
    session = {"RoleArn": made["Role"]["Arn"], "RoleSessionName": "test"}
    return client.with_keys(client.call(AwsCall("sts", "AssumeRole", session))["Credentials"])


def code(client: AwsClient, service: str, operation: str, **parameters: Any) -> str:
    return client.ask(AwsCall(service, operation, parameters)).error_code


def bucket(client: AwsClient, name: str) -> str:
    client.call(AwsCall("s3", "CreateBucket", {
        "Bucket": name, "CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}))  # fmt: skip
    for key in ("open/a.txt", "shut/b.txt"):
        client.call(AwsCall("s3", "PutObject", {"Bucket": name, "Key": key, "Body": "text"}))
    return name


def test_a_user_may_what_the_policy_says(client: AwsClient) -> None:
    user = candidate(client, EVERY_EC2)
    assert code(user, "ec2", "DescribeVpcs") == ""
    assert code(user, "ec2", "CreateVpc", CidrBlock="10.0.0.0/16") == "UnauthorizedOperation"
    assert code(user, "iam", "ListUsers") == "AccessDenied"
    assert code(user, "dynamodb", "ListTables") == "AccessDeniedException"
    assert code(user, "s3", "ListBuckets") == "AccessDenied"
    assert code(user, "sts", "GetCallerIdentity") == ""


def test_a_request_without_a_body_is_authenticated_too(client: AwsClient) -> None:
    user = candidate(
        client, {"Effect": "Allow", "Action": ["apigateway:*", "lambda:List*", "eks:List*"], "Resource": "*"}
    )
    assert code(user, "apigateway", "GetRestApis", limit=10) == ""
    assert code(user, "lambda", "ListFunctions") == ""
    assert code(user, "eks", "ListClusters") == ""


def test_a_refusal_says_why(client: AwsClient) -> None:
    answer = candidate(client, EVERY_EC2).ask(AwsCall("iam", "ListUsers"))
    assert "is not authorized to perform: iam:ListUsers because" in answer.error_message
    assert "no identity-based policy allows it" in answer.error_message


@pytest.mark.parametrize("keys", [
    {"AccessKeyId": "AKIAZZZZZZZZZZZZZZZZ", "SecretAccessKey": "wrong"},
    {"AccessKeyId": "ASIAZZZZZZZZZZZZZZZZ", "SecretAccessKey": "wrong", "SessionToken": "wrong"},
])  # fmt: skip
def test_unknown_credentials_are_refused(client: AwsClient, keys: dict[str, str]) -> None:
    stranger = client.with_keys(keys)
    for service, operation in (("ec2", "DescribeVpcs"), ("iam", "ListUsers"), ("s3", "ListBuckets")):
        assert code(stranger, service, operation) in {
            "AuthFailure",
            "InvalidClientTokenId",
            "InvalidAccessKeyId",
            "InvalidToken",
        }


def test_a_wrong_secret_is_refused(client: AwsClient) -> None:
    key = give(client, [EVERY_EC2])["AWS_ACCESS_KEY_ID"]
    forger = client.with_keys({"AccessKeyId": key, "SecretAccessKey": "guess"})
    assert code(forger, "ec2", "DescribeVpcs") == "AuthFailure"


def test_resources_and_conditions_count(client: AwsClient) -> None:
    name = bucket(client, "resources-count")
    reader = role(
        client,
        "prefix-reader",
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{name}/open/*"},
        {"Effect": "Allow", "Action": "ec2:DescribeVpcs", "Resource": "*",
         "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}},
    )  # fmt: skip
    assert code(reader, "s3", "GetObject", Bucket=name, Key="open/a.txt") == ""
    assert code(reader, "s3", "GetObject", Bucket=name, Key="shut/b.txt") == "AccessDenied"
    assert code(reader, "ec2", "DescribeVpcs") == ""
    assert reader.ask(AwsCall("ec2", "DescribeVpcs", region="us-east-1")).error_code == "UnauthorizedOperation"


def test_a_boundary_limits(client: AwsClient) -> None:
    limit = document({"Effect": "Allow", "Action": "ec2:*", "Resource": "*"})
    boundary = client.call(AwsCall("iam", "CreatePolicy", {"PolicyName": "limit", "PolicyDocument": limit}))
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    limited = role(client, "limited", everything, boundary=boundary["Policy"]["Arn"])
    assert code(limited, "ec2", "DescribeVpcs") == ""
    assert code(limited, "iam", "ListUsers") == "AccessDenied"


def test_a_bucket_policy_denies(client: AwsClient) -> None:
    name = bucket(client, "policy-denies")
    reader = role(client, "all-reader", {"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
    assert code(reader, "s3", "GetObject", Bucket=name, Key="open/a.txt") == ""
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{name}/shut/*"}
    client.call(AwsCall("s3", "PutBucketPolicy", {"Bucket": name, "Policy": document(deny)}))
    assert code(reader, "s3", "GetObject", Bucket=name, Key="open/a.txt") == ""
    assert code(reader, "s3", "GetObject", Bucket=name, Key="shut/b.txt") == "AccessDenied"


def test_a_trust_policy_decides_who_takes_a_role(client: AwsClient) -> None:
    user = candidate(client, {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"})
    role(client, "for-machines", EVERY_EC2)
    arn = f"arn:aws:iam::{client.admin.account}:role/for-machines"
    assert code(user, "sts", "AssumeRole", RoleArn=arn, RoleSessionName="me") == "AccessDenied"
    trust = {"Effect": "Allow", "Principal": {"AWS": client.admin.account}, "Action": "sts:AssumeRole"}
    client.call(
        AwsCall("iam", "UpdateAssumeRolePolicy", {"RoleName": "for-machines", "PolicyDocument": document(trust)})
    )
    assert code(user, "sts", "AssumeRole", RoleArn=arn, RoleSessionName="me") == ""


def test_a_stranger_reads_only_what_is_public(client: AwsClient) -> None:
    name = bucket(client, "public-reading")

    def status(key: str) -> int:
        return urllib3.request("GET", f"{client.admin.endpoint}/{name}/{key}", retries=False, timeout=10).status

    assert status("open/a.txt") == 403
    grant = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{name}/open/*"}
    client.call(AwsCall("s3", "PutBucketPolicy", {"Bucket": name, "Policy": document(grant)}))
    assert (status("open/a.txt"), status("shut/b.txt")) == (200, 403)
    closed = {
        "BlockPublicAcls": True,
        "IgnorePublicAcls": True,
        "BlockPublicPolicy": True,
        "RestrictPublicBuckets": True,
    }
    client.call(AwsCall("s3", "PutPublicAccessBlock", {"Bucket": name, "PublicAccessBlockConfiguration": closed}))
    assert status("open/a.txt") == 403


def test_an_scp_limits_a_member_account(client: AwsClient) -> None:
    client.call(AwsCall("organizations", "CreateOrganization", {"FeatureSet": "ALL"}))
    status = client.call(AwsCall("organizations", "CreateAccount", {"AccountName": "dev", "Email": "dev@example.com"}))
    member = status["CreateAccountStatus"]["AccountId"]
    inside = {"RoleName": "worker", "AssumeRolePolicyDocument": json.dumps(TRUST)}
    made = client.call(AwsCall("iam", "CreateRole", inside, account=member))["Role"]["Arn"]
    policy = {"RoleName": "worker", "PolicyName": "own", "PolicyDocument": document(EVERY_EC2)}
    client.call(AwsCall("iam", "PutRolePolicy", policy, account=member))
    session = AwsCall("sts", "AssumeRole", {"RoleArn": made, "RoleSessionName": "test"}, account=member)
    worker = client.with_keys(client.call(session)["Credentials"])
    assert code(worker, "ec2", "DescribeVpcs") == ""
    deny = document({"Effect": "Deny", "Action": "ec2:*", "Resource": "*"})
    made = client.call(AwsCall("organizations", "CreatePolicy", {
        "Name": "none", "Description": "x", "Type": "SERVICE_CONTROL_POLICY", "Content": deny}))  # fmt: skip
    attach = {"PolicyId": made["Policy"]["PolicySummary"]["Id"], "TargetId": member}
    client.call(AwsCall("organizations", "AttachPolicy", attach))
    assert code(worker, "ec2", "DescribeVpcs") == "UnauthorizedOperation"


def test_a_tables_policy_names_the_table(client: AwsClient) -> None:
    for name in ("orders", "payroll"):
        key = [{"AttributeName": "id", "KeyType": "HASH"}]
        attributes = [{"AttributeName": "id", "AttributeType": "S"}]
        made = {
            "TableName": name,
            "KeySchema": key,
            "AttributeDefinitions": attributes,
            "BillingMode": "PAY_PER_REQUEST",
        }
        client.call(AwsCall("dynamodb", "CreateTable", made))
    arn = f"arn:aws:dynamodb:eu-west-1:{client.admin.account}:table/orders"
    reader = role(client, "table-reader", {"Effect": "Allow", "Action": "dynamodb:Scan", "Resource": arn})
    assert code(reader, "dynamodb", "Scan", TableName="orders") == ""
    assert code(reader, "dynamodb", "Scan", TableName="payroll") == "AccessDeniedException"
