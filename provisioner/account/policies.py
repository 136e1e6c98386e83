"""The fence's policy documents: pure functions from a Fence to plain data, judged by tests with our own evaluator.

A boundary is one policy of at most 6,144 characters, so it is written tersely: allow lists first (what is not listed is
denied), then explicit denials for what must hold even where a resource's own policy would allow it; an implicit denial
in a boundary does not stop those.
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from labs.core.errors import InputError
from provisioner.account.services import GLOBAL
from provisioner.account.spec import FENCE_PATH, LAB_PATH, TAG_CANDIDATE, TAG_EXPIRES, TAG_LAB, Fence

Document = dict[str, Any]
Statement = Mapping[str, Any]
POLICY_CHARACTERS = 6144
"""Of a managed policy, white space not counted.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
BOUND_ACTIONS = ("AttachRolePolicy", "AttachUserPolicy", "CreateRole", "CreateUser", "DeleteRolePolicy",
                 "DeleteUserPolicy", "DetachRolePolicy", "DetachUserPolicy", "PutRolePermissionsBoundary",
                 "PutRolePolicy", "PutUserPermissionsBoundary", "PutUserPolicy", "UpdateAssumeRolePolicy")  # fmt: skip
"""IAM's actions that know `iam:PermissionsBoundary`: the boundary of the principal that is made or changed.
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html"""
WRITES = ("Add", "Attach", "Create", "Deactivate", "Delete", "Detach", "Pass", "Put", "Remove", "Set", "Tag", "Untag",
          "Update", "Upload")  # fmt: skip
"""How IAM names what changes something."""
ACCOUNT_AFFAIRS = (
    "account:*", "aws-marketplace:*", "aws-portal:*", "billing:*", "budgets:*", "ce:*", "consolidatedbilling:*",
    "freetier:*", "invoicing:*", "organizations:*", "payments:*", "purchase-orders:*", "ram:*", "route53domains:*",
    "savingsplans:*", "servicequotas:*", "sso:*", "support:*", "supportplans:*", "tax:*",
    "dynamodb:Purchase*", "ec2:AcceptReservedInstancesExchangeQuote", "ec2:Purchase*", "ec2:EnableSerialConsoleAccess",
    "iam:*AccountAlias", "iam:*AccountPasswordPolicy", "iam:SetSecurityTokenServicePreferences",
    "s3:PutAccountPublicAccessBlock", "sns:SetSMSAttributes",
)  # fmt: skip
"""Leaving the organization, settings of the account, purchases, support plans, the budget."""
STAYS = ("ec2:CreateFleet", "ec2:LockSnapshot", "ec2:RequestSpot*", "s3:BypassGovernanceRetention",
         "s3:PutBucketObjectLockConfiguration", "s3:PutObjectLegalHold", "s3:PutObjectRetention")  # fmt: skip
"""What nobody can delete for days, and machines whose type the request does not name."""
SERVICE_ROLES = {"elasticloadbalancing": "elasticloadbalancing.amazonaws.com", "ec2": "transitgateway.amazonaws.com",
                 "apigateway": "ops.apigateway.amazonaws.com"}  # fmt: skip


def boundary(fence: Fence) -> Document:
    """What no principal of the lab can exceed, whatever its own policies say. Raises InputError when it is too long."""
    return _document([*_allowed(fence), *_places(fence), *_principals(fence), *_account(fence)])


def frozen_boundary(fence: Fence, *, session: str, at: str, spare_functions: bool = False) -> Document:
    """The boundary of a frozen lab: the same, and everything denied but to the grader's own sessions.

    Every principal of the lab has the boundary, so one new version of it ends the candidate's keys and every session
    that was ever derived from them, at the next request. A session of a role begun before `at` (ISO 8601) is denied by
    its issue time; one begun later, by its name: only `session`, which only the grader knows, passes. With
    `spare_functions`, calls that a Lambda function makes under its role still work, for scenarios that are graded by
    what such a function does.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
    """
    spared = {"Null": {"lambda:SourceFunctionArn": "true"}} if spare_functions else {}
    ended = [
        _deny("Frozen", ["*"], condition={"StringNotLike": {"aws:userid": f"*:{session}"}, **spared}),
        _deny("Ended", ["*"], condition={"DateLessThan": {"aws:TokenIssueTime": at}, **spared}),
    ]
    return _document([*ended, *boundary(fence)["Statement"]])


def stop() -> Document:
    """Nothing. The budget's action attaches it to the candidate's user, and so does a freeze."""
    return _document([_deny("Stop", ["*"])])


def candidate(fence: Fence) -> Document:
    """The scenarios' policy. Raises InputError when it is too long."""
    return _document(list(fence.statements))


def grader(fence: Fence) -> Document:
    """What the grader may beyond AWS's ReadOnlyAccess: take the place of the lab's roles, and ask what policies say."""
    return _document(
        [
            _allow("TakeRoles", ["sts:AssumeRole", "sts:TagSession"], [fence.lab_roles]),
            _allow("Ask", ["iam:Simulate*", "sts:GetCallerIdentity"]),
        ]
    )


def grader_trust(fence: Fence) -> Document:
    """Who may be the grader: the operator, and no principal that the candidate could have named alike."""
    account = f"arn:aws:iam::{fence.account}"
    condition = {
        "ArnLike": {"aws:PrincipalArn": _operators(fence.operator)},
        "ArnNotLike": {"aws:PrincipalArn": [f"{account}:*{LAB_PATH}*", f"{account}:*{FENCE_PATH}*"]},
    }
    return _trust({"AWS": f"{account}:root"}, condition)


def budget_role(fence: Fence) -> Document:
    """What AWS Budgets may do: attach the policy `stop` to the candidate's user, and nothing else."""
    condition = {"ArnEquals": {"iam:PolicyARN": fence.arn("policy", "stop")}}
    actions = ["iam:AttachUserPolicy", "iam:DetachUserPolicy"]
    return _document([_allow("Stop", actions, [fence.arn("user", "candidate")], condition=condition)])


def budget_trust(fence: Fence) -> Document:
    """AWS Budgets, acting for this account.

    https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-action-role.html
    """
    return _trust({"Service": "budgets.amazonaws.com"}, {"StringEquals": {"aws:SourceAccount": fence.account}})


def characters(document: Mapping[str, Any]) -> int:
    """The length that AWS counts."""
    return len(json.dumps(document, separators=(",", ":")).replace(" ", ""))


def _allowed(fence: Fence) -> list[Statement]:
    """What the boundary lets through. IAM may be changed below the lab's path only."""
    own = [f"arn:aws:iam::{fence.account}:{kind}{fence.lab_path}*"
           for kind in ("group", "instance-profile", "policy", "role", "user")]  # fmt: skip
    roles = [name for service, name in SERVICE_ROLES.items() if service in fence.services]
    statements = [
        _allow("Services", [f"{service}:*" for service in [*fence.services, "tag"]]),
        _allow("Look", ["iam:Get*", "iam:List*", "iam:Simulate*", "sts:Get*", "sts:DecodeAuthorizationMessage"]),
        _allow("Own", ["iam:*"], own),
        _allow("Take", ["sts:AssumeRole*", "sts:TagSession"], [fence.lab_roles]),
    ]
    if roles:
        condition = {"StringEquals": {"iam:AWSServiceName": roles}}
        statements.append(_allow("Linked", ["iam:CreateServiceLinkedRole"], condition=condition))
    return statements


def _places(fence: Fence) -> list[Statement]:
    """Denials by service, place, size and time."""
    exempt = [f"{service}:*" for service in sorted(GLOBAL)] + ["s3:ListAllMyBuckets"]
    named = [f"{service}:*" for service in [*fence.services, "iam", "sts", "tag"]]
    types = list(fence.instance_types)
    resized = {
        "Null": {"ec2:Attribute/InstanceType": "false"},
        "StringNotEquals": {"ec2:Attribute/InstanceType": types},
    }
    return [
        {"Sid": "OtherServices", "Effect": "Deny", "NotAction": named, "Resource": "*"},
        {
            "Sid": "OtherRegions",
            "Effect": "Deny",
            "NotAction": exempt,
            "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:RequestedRegion": list(fence.regions)}},
        },
        _deny(
            "OtherTypes",
            ["ec2:RunInstances", "ec2:StartInstances"],
            resource=["arn:aws:ec2:*:*:instance/*"],
            condition={"StringNotEquals": {"ec2:InstanceType": types}},
        ),
        _deny("Resize", ["ec2:ModifyInstanceAttribute"], condition=resized),
        _deny("TooLate", ["*"], condition={"DateGreaterThan": {"aws:CurrentTime": fence.expires}}),
    ]


def _principals(fence: Fence) -> list[Statement]:
    """Denials about who there is: no one without the boundary, no change of the fence, no role from elsewhere."""
    return [
        _deny(
            "Unbound",
            [f"iam:{action}" for action in BOUND_ACTIONS],
            condition={"StringNotEquals": {"iam:PermissionsBoundary": fence.boundary_arn}},
        ),
        _deny("Unbind", ["iam:DeleteRolePermissionsBoundary", "iam:DeleteUserPermissionsBoundary"]),
        _deny(
            "Fence",
            [f"iam:{verb}*" for verb in WRITES],
            resource=[f"arn:aws:iam::{fence.account}:{kind}{FENCE_PATH}*" for kind in ("policy", "role", "user")],
        ),
        {
            "Sid": "OtherRoles",
            "Effect": "Deny",
            "Action": ["sts:AssumeRole", "iam:PassRole"],
            "NotResource": fence.lab_roles,
        },
    ]


def _account(fence: Fence) -> list[Statement]:
    """Denials about the account, what it pays, what would outlast a teardown, and the tags by which leftovers show."""
    ours = [TAG_LAB, TAG_CANDIDATE, TAG_EXPIRES]
    untag = {"ForAnyValue:StringEquals": {"aws:TagKeys": ours}, "Null": {f"aws:RequestTag/{TAG_LAB}": "true"}}
    retag = {
        "Null": {f"aws:RequestTag/{TAG_LAB}": "false"},
        "StringNotEquals": {f"aws:RequestTag/{TAG_LAB}": fence.lab},
    }
    return [
        _deny("Account", ACCOUNT_AFFAIRS),
        _deny("Stays", STAYS),
        _deny("Lockout", ["kms:CreateKey", "kms:PutKeyPolicy"],
              condition={"Bool": {"kms:BypassPolicyLockoutSafetyCheck": "true"}}),
        _deny("Untag", ["*"], condition=untag),
        _deny("Retag", ["*"], condition=retag),
    ]  # fmt: skip


def _operators(arn: str) -> list[str]:
    """Patterns for aws:PrincipalArn. A session's ARN has lost its role's path, so any path will do for the role."""
    account, name = arn.split(":", maxsplit=5)[4:]
    if not name.startswith("assumed-role/"):
        return [arn]
    role = name.split("/")[1]
    return [f"arn:aws:iam::{account}:role/{role}", f"arn:aws:iam::{account}:role/*/{role}"]


def _allow(
    sid: str, actions: Sequence[str], resource: Sequence[str] = ("*",), *, condition: Mapping[str, Any] | None = None
) -> Statement:
    return _statement(sid, "Allow", actions, resource, condition)


def _deny(
    sid: str, actions: Sequence[str], *, resource: Sequence[str] = ("*",), condition: Mapping[str, Any] | None = None
) -> Statement:
    return _statement(sid, "Deny", actions, resource, condition)


def _statement(
    sid: str, effect: str, actions: Sequence[str], resource: Sequence[str], condition: Mapping[str, Any] | None
) -> Statement:
    made: dict[str, Any] = {"Sid": sid, "Effect": effect, "Action": list(actions), "Resource": list(resource)}
    return made | ({"Condition": dict(condition)} if condition else {})


def _trust(principal: Mapping[str, str], condition: Mapping[str, Any]) -> Document:
    statement = {"Effect": "Allow", "Principal": dict(principal), "Action": "sts:AssumeRole", "Condition": condition}
    return {"Version": "2012-10-17", "Statement": [statement]}


def _document(statements: Sequence[Statement]) -> Document:
    document = {"Version": "2012-10-17", "Statement": [dict(statement) for statement in statements]}
    if (length := characters(document)) > POLICY_CHARACTERS:
        raise InputError(
            f"A policy of the fence has {length} characters; AWS takes {POLICY_CHARACTERS}.",
            hint="Name fewer regions, services or instance types, or shorten the scenarios' statements.",
        )
    return document
