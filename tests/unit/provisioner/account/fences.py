"""A fence and requests of its inhabitants, for this package's tests."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from labs.core.iam.decision import Decision, Policies
from labs.core.iam.document import parse
from labs.core.iam.evaluate import decide
from labs.core.iam.request import Kind, Principal, Request
from labs.core.ids import LabId
from provisioner.account import policies
from provisioner.account.spec import Fence

ACCOUNT = "123456789012"
OPERATOR = f"arn:aws:sts::{ACCOUNT}:assumed-role/Admin/me"
FENCE = Fence(
    lab=LabId("maria-perez-3f9c"),
    account=ACCOUNT,
    operator=OPERATOR,
    candidate_hash="ab12" * 8,
    expires_at=datetime(2026, 11, 1, 14, tzinfo=UTC),
    regions=("eu-west-1", "eu-central-1"),
    budget_usd=20.0,
    notify=("labs@example.com",),
    statements=({"Effect": "Allow", "Action": "s3:*", "Resource": "*"},),
)
EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
BEFORE, AFTER = "2026-11-01T13:00:00Z", "2026-11-01T14:00:01Z"
USER = Principal(FENCE.arn("user", "candidate"), ACCOUNT, Kind.USER, user_id="AIDACANDIDATE")


def role_session(name: str = "task", *, role: str = "worker", path: str = FENCE.lab_path) -> Principal:
    """A session of a role of the lab."""
    return Principal(
        f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{name}",
        ACCOUNT,
        Kind.SESSION,
        issuer_arn=f"arn:aws:iam::{ACCOUNT}:role{path}{role}",
        user_id=f"AROAWORKER:{name}",
    )


def decision(
    action: str,
    resource: str = "*",
    *,
    who: Principal = USER,
    boundary: Mapping[str, Any] | None = None,
    context: Mapping[str, Any] | None = None,
    resource_policy: Mapping[str, Any] | None = None,
) -> Decision:
    """What AWS would do for somebody with every right whom only the boundary holds."""
    usual: dict[str, Any] = {"aws:RequestedRegion": "eu-west-1", "aws:CurrentTime": BEFORE}
    if who.kind is not Kind.USER:
        usual["aws:TokenIssueTime"] = "2026-11-01T10:00:00Z"
    given = Policies(
        identity=(parse(EVERYTHING, name="everything"),),
        boundary=parse(boundary or policies.boundary(FENCE), name="boundary"),
        resource=parse(resource_policy, name="resource") if resource_policy else None,
    )
    return decide(Request(who, action, resource, context={**usual, **(context or {})}), given)


def with_(**changes: Any) -> Fence:
    """The fence with other values."""
    return replace(FENCE, **changes)


def effects(decisions: Iterable[Decision]) -> set[str]:
    """The distinct outcomes."""
    return {str(each.effect) for each in decisions}
