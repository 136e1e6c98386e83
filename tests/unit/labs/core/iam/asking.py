"""Short forms for tests: principals of the accounts that AWS uses in its documentation, and questions about them."""

from collections.abc import Mapping
from typing import Any

from hypothesis import settings

from labs.core.iam.decision import Decision, Effect, Level, Policies
from labs.core.iam.document import Policy, parse
from labs.core.iam.evaluate import decide
from labs.core.iam.request import Given, Kind, Principal, Request

UNHURRIED = settings(deadline=None, max_examples=50)
GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
ORGANIZATIONS = "https://docs.aws.amazon.com/organizations/latest/userguide/"
A, B = "111111111111", "222222222222"
ALLOWED, IMPLICIT, EXPLICIT, INCONCLUSIVE = (
    Effect.ALLOWED, Effect.IMPLICIT_DENY, Effect.EXPLICIT_DENY, Effect.INCONCLUSIVE
)  # fmt: skip


def user(name: str = "carlossalazar", account: str = A, **more: Any) -> Principal:
    return Principal(f"arn:aws:iam::{account}:user/{name}", account, Kind.USER, **more)


def session(role: str = "examplerole", name: str = "examplesession", account: str = A, **more: Any) -> Principal:
    return Principal(f"arn:aws:sts::{account}:assumed-role/{role}/{name}", account, Kind.SESSION, **more)


def federated_user(name: str = "carlossalazar", account: str = A) -> Principal:
    return Principal(
        f"arn:aws:sts::{account}:federated-user/{name}",
        account,
        Kind.FEDERATED_USER,
        issuer_arn=f"arn:aws:iam::{account}:user/{name}",
    )


def root(account: str = A) -> Principal:
    return Principal(f"arn:aws:iam::{account}:root", account, Kind.ROOT)


def service(name: str) -> Principal:
    return Principal(name, "", Kind.SERVICE)


def provider(arn: str) -> Principal:
    return Principal(arn, "", Kind.FEDERATED)


ANYBODY = Principal("", "", Kind.ANONYMOUS)


def policy(*statements: dict[str, Any], name: str = "policy", version: str = "2012-10-17") -> Policy:
    return parse({"Version": version, "Statement": list(statements)}, name=name)


def allow(action: Any = "*", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any = "*", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def trust(principal: Any, action: Any = "sts:AssumeRole", **more: Any) -> Policy:
    return policy({"Effect": "Allow", "Action": action, "Principal": principal, **more}, name="trust")


def level(name: str, *policies: Policy) -> Level:
    return Level(name, policies)


FULL = policy(allow(), name="FullAWSAccess")


def ask(
    who: Principal,
    action: str,
    resource: str = "*",
    *,
    owner: str = "",
    context: Mapping[str, Given] | None = None,
    **policies: Any,
) -> Decision:
    """The decision; `identity`, `resource` (as `on`) and the rest are Policies' fields."""
    if "on" in policies:
        policies["resource"] = policies.pop("on")
    if isinstance(identity := policies.get("identity"), Policy):
        policies["identity"] = (identity,)
    return decide(Request(who, action, resource, owner, context or {}), Policies(**policies))


def effect(who: Principal, action: str, resource: str = "*", **more: Any) -> Effect:
    """Only what AWS would do."""
    return ask(who, action, resource, **more).effect
