"""From moto's view of a request to the question that IAM decides: who, which action, on what, how."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from labs.core.iam.request import Kind, Principal, Request

_S3_PARTS = {
    "publicAccessBlock": "BucketPublicAccessBlock", "encryption": "EncryptionConfiguration",
    "ownershipControls": "BucketOwnershipControls", "object-lock": "BucketObjectLockConfiguration",
    "replication": "ReplicationConfiguration", "versions": "BucketVersions", "inventory": "InventoryConfiguration",
}  # fmt: skip
"""Sub-resources that moto takes for the bucket itself, and what IAM calls them."""
_ACTIONS = {
    "s3:HeadBucket": "s3:ListBucket", "s3:GetAccelerateConfiguration": "s3:GetAccelerateConfiguration",
    "s3:ListMultipartUploadParts": "s3:ListMultipartUploadParts", "lambda:Invoke": "lambda:InvokeFunction",
    "s3:DeleteBucketTagging": "s3:PutBucketTagging",
}  # fmt: skip
"""Operations whose permission has another name.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
"""
_SERVICES = {"monitoring": "cloudwatch", "email": "ses", "tagging": "tag"}
"""Names that requests are signed with → prefixes of permissions, where they differ."""
_ARNS: Mapping[str, tuple[str, str]] = {
    "sts": ("RoleArn", "{}"),
    "secretsmanager": ("SecretId", "{}"),
    "kms": ("KeyId", "arn:aws:kms:{region}:{account}:key/{}"),
    "dynamodb": ("TableName", "arn:aws:dynamodb:{region}:{account}:table/{}"),
    "sns": ("TopicArn", "{}"),
    "ssm": ("Name", "arn:aws:ssm:{region}:{account}:parameter/{}"),
    "lambda": ("FunctionName", "arn:aws:lambda:{region}:{account}:function:{}"),
    "logs": ("logGroupName", "arn:aws:logs:{region}:{account}:log-group:{}"),
    "cloudtrail": ("Name", "arn:aws:cloudtrail:{region}:{account}:trail/{}"),
}
"""Service → the parameter that names its resource, and the ARN made of it. Others are judged on "*"."""
_IAM_ARNS = (
    ("RoleName", "role"),
    ("UserName", "user"),
    ("GroupName", "group"),
    ("InstanceProfileName", "instance-profile"),
)
_CONTEXT = {
    "ExternalId": "sts:ExternalId", "RoleSessionName": "sts:RoleSessionName", "InstanceType": "ec2:InstanceType",
    "PermissionsBoundary": "iam:PermissionsBoundary", "PolicyArn": "iam:PolicyARN", "prefix": "s3:prefix",
}  # fmt: skip
"""Parameters that conditions can ask for."""


def principal_of(access_key: Any, account: str) -> Principal:
    """Whoever signed, as moto found out."""
    kind = Kind.SESSION if ":assumed-role/" in access_key.arn else Kind.USER
    return Principal(access_key.arn, account, kind, issuer_arn=_issuer(access_key) if kind is Kind.SESSION else "")


def question(iam_request: Any, response: Any, principal: Principal, resource: str) -> Request:
    """What is asked. `iam_request` is moto's reading of the request, `response` its handler."""
    service, _, operation = str(iam_request._action).partition(":")  # noqa: SLF001 - moto has no other name for it
    method, query = str(response.method), dict(response.querystring or {})
    action = _action(service, operation, method, query)
    parameters = _parameters(response)
    region = str(iam_request._region)  # noqa: SLF001
    arn = _arn(service, parameters, resource, account=principal.account, region=region)
    return Request(principal, action, arn, context=_context(parameters, region, response, query))


def context_of(response: Any) -> dict[str, Any]:
    """What IAM knows of a request that nobody signed."""
    return _context(_parameters(response), str(response.region), response, dict(response.querystring or {}))


def _action(service: str, operation: str, method: str, query: Mapping[str, Any]) -> str:
    prefix = _SERVICES.get(service, service)
    if service == "apigateway":  # its permissions are HTTP methods
        return f"apigateway:{method}"
    if service == "s3" and (part := next((name for name in _S3_PARTS if name in query), "")):
        return f"s3:{'Get' if method == 'GET' else 'Put'}{_S3_PARTS[part]}"
    return _ACTIONS.get(f"{prefix}:{operation}", f"{prefix}:{operation}")


def _arn(service: str, parameters: Mapping[str, Any], resource: str, *, account: str, region: str) -> str:
    if resource != "*":
        return resource
    if service == "iam":
        found = next(((parameters[name], kind) for name, kind in _IAM_ARNS if parameters.get(name)), None)
        if found:
            return f"arn:aws:iam::{account}:{found[1]}/{found[0]}"
        return str(parameters.get("PolicyArn") or "*")
    name, form = _ARNS.get(service, ("", ""))
    value = str(parameters.get(name) or "")
    if not value:
        return "*"
    return value if value.startswith("arn:") else form.format(value.lstrip("/"), region=region, account=account)


def _parameters(response: Any) -> dict[str, Any]:
    """Top-level parameters by AWS's names, wherever the protocol puts them."""
    found: dict[str, Any] = {}
    for source in (response.querystring or {}, response.data or {}):
        for name, value in dict(source).items():
            first = value[0] if isinstance(value, list) and value else value
            if isinstance(first, str):
                found[name] = first
    return found | {name: value for name, value in _body(response.body).items() if isinstance(value, str)}


def _body(body: Any) -> Mapping[str, Any]:
    """A JSON body's fields, which some of moto's services have read already; none of anything else."""
    if isinstance(body, Mapping):
        return body
    if not isinstance(body, str) or not body.startswith("{"):
        return {}
    try:
        fields: Mapping[str, Any] = json.loads(body)
    except ValueError:
        return {}  # moto will complain about it
    return fields


def _context(parameters: Mapping[str, Any], region: str, response: Any, query: Mapping[str, Any]) -> dict[str, Any]:
    now = datetime.now(UTC)
    tags = {match[1]: name for name in query if (match := re.fullmatch(r"Tags?(?:\.member)?\.(\d+)\.Key", name))}
    context: dict[str, Any] = {
        "aws:CurrentTime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws:EpochTime": str(int(now.timestamp())),
        "aws:SecureTransport": "true",  # the emulated account stands for an HTTPS endpoint
        "aws:RequestedRegion": region,
        "aws:UserAgent": str(response.headers.get("User-Agent", "unknown")),
        "aws:SourceIp": "127.0.0.1",
        "aws:userid": "AIDAEMULATED",
        "aws:TokenIssueTime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    context |= {key: parameters[name] for name, key in _CONTEXT.items() if parameters.get(name)}
    if tags:
        context["aws:TagKeys"] = [query[name][0] for name in tags.values()]
    return context


def _issuer(access_key: Any) -> str:
    """The role behind a session, with its path."""
    try:
        return str(access_key.backend.get_role(access_key._owner_role_name).arn)  # noqa: SLF001
    except Exception:  # noqa: BLE001 - moto's NotFoundException: the role was deleted under the session
        return ""
