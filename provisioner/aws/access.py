"""The candidate's way into an AWS account: a user with the scenarios' policies, and the variables to be that user."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from labs.core.aws import AwsCall
from provisioner.aws.client import AwsClient

USER = "candidate"
POLICY = "workplace"


def give(client: AwsClient, statements: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The candidate's user exists with these rights and no others; the variables by which tools take its place.

    Each call makes a new key, and ends the earlier ones.
    """
    if not any(user["UserName"] == USER for user in client.call(AwsCall("iam", "ListUsers"))["Users"]):
        client.call(AwsCall("iam", "CreateUser", {"UserName": USER}))
    document = json.dumps({"Version": "2012-10-17", "Statement": [dict(each) for each in statements]})
    parameters = {"UserName": USER, "PolicyName": POLICY, "PolicyDocument": document}
    client.call(AwsCall("iam", "PutUserPolicy", parameters))
    for old in client.call(AwsCall("iam", "ListAccessKeys", {"UserName": USER}))["AccessKeyMetadata"]:
        client.call(AwsCall("iam", "DeleteAccessKey", {"UserName": USER, "AccessKeyId": old["AccessKeyId"]}))
    key = client.call(AwsCall("iam", "CreateAccessKey", {"UserName": USER}))["AccessKey"]
    return environment(client, key["AccessKeyId"], key["SecretAccessKey"])


def environment(client: AwsClient, key_id: str, secret: str) -> dict[str, str]:
    """Variables that the aws command, the SDKs and OpenTofu understand."""
    variables = {
        "AWS_ACCESS_KEY_ID": key_id,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_REGION": client.admin.region,
        "AWS_DEFAULT_REGION": client.admin.region,
        "AWS_PAGER": "",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    return variables | ({"AWS_ENDPOINT_URL": client.admin.endpoint} if client.admin.endpoint else {})
