import json
from typing import Any

import pytest

from grading.findings import UndecidableError
from grading.iam_account import Iam, policy_of
from tests.unit.grading.fake_aws import OTHER, OWN, FakeAws, allow, document, role_arn

READ = document(allow("s3:GetObject"))


def names(policies: object) -> list[str]:
    return [policy.name for policy in policies]  # type: ignore[attr-defined]


def test_all_policies_of_a_role_are_found() -> None:
    aws = FakeAws()
    attached = aws.managed("shared", READ, OTHER)
    boundary = aws.managed("fence", READ, OTHER)
    more: dict[str, Any] = {
        "PermissionsBoundary": {"PermissionsBoundaryArn": boundary},
        "Tags": [{"Key": "team", "Value": "blue"}],
    }
    aws.role("app/worker", allow("s3:PutObject"), attached=[attached], account=OTHER, **more)
    holder = Iam(aws, OTHER).role("worker")
    assert holder is not None
    assert (holder.arn, holder.id, holder.tags) == (role_arn("app/worker", OTHER), "AROAROLE", {"team": "blue"})
    assert names(holder.identity) == ["work", "shared"]
    assert holder.boundary is not None
    assert holder.boundary.name == "fence"
    assert holder.trust is not None
    assert {call.account for call in aws.calls} == {OTHER}


def test_a_user_has_what_its_groups_have() -> None:
    aws = FakeAws()
    aws.user("ann", allow("s3:GetObject"), groups=["staff", "staff2"])
    aws.policy("Group", "staff", {"of-staff": READ}, [aws.managed("shared", READ)], OWN)
    aws.policy("Group", "staff2", {}, [], OWN)
    holder = Iam(aws, "").user("ann")
    assert holder is not None
    assert names(holder.identity) == ["own", "of-staff", "shared"]
    assert (holder.boundary, holder.trust, holder.tags) == (None, None, {})


def test_who_is_not_there_is_nobody() -> None:
    aws = FakeAws()
    aws.refuse("iam", "GetRole", "NoSuchEntity", RoleName="x")
    aws.refuse("iam", "GetUser", "NoSuchEntity", UserName="x")
    iam = Iam(aws, "")
    assert (iam.role("x"), iam.user("x"), iam.has_role(role_arn("x"))) == (None, None, False)
    aws.role("app/x")
    assert iam.has_role(role_arn("app/x"))
    assert not iam.has_role(role_arn("x"))


def test_a_policy_that_cannot_be_read_is_not_taken_for_none() -> None:
    aws = FakeAws()
    arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    aws.refuse("iam", "GetPolicy", "NoSuchEntity", PolicyArn=arn)
    aws.role("worker", attached=[arn])
    with pytest.raises(UndecidableError, match="GetPolicy"):
        Iam(aws, "").role("worker")


@pytest.mark.parametrize("given", [READ, json.dumps(READ), repr(READ)])
def test_a_document_is_read_however_an_engine_writes_it(given: object) -> None:
    policy = policy_of(given, name="read")
    assert (policy.name, policy.statements[0].actions.values) == ("read", ("s3:GetObject",))


@pytest.mark.parametrize(
    "given", ["", "[", "{'Statement': __import__('os')}", "7", None, {"Statement": [{}]}, "(" * 999]
)
def test_what_aws_would_not_take_is_no_verdict(given: object) -> None:
    with pytest.raises(UndecidableError, match="none that AWS would take"):
        policy_of(given, name="odd")
