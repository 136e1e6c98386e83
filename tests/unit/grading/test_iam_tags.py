import pytest

from grading.findings import UndecidableError
from grading.iam_question import Question, judged
from grading.iam_sides import Lab
from tests.unit.grading.fake_aws import OWN, FakeAws, allow, deny, role_arn

SERVER = f"arn:aws:ec2:eu-west-1:{OWN}:instance/i-1"
OURS = {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}


def tagged(aws: FakeAws, arn: str, **tags: str) -> None:
    listed = [{"ResourceARN": arn, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}]
    aws.put("resourcegroupstaggingapi", "GetResources", {"ResourceTagMappingList": listed if tags else []},
            ResourceARNList=[arn])  # fmt: skip


def is_allowed(aws: FakeAws, action: str, arn: str, **context: str) -> bool:
    lab = Lab.seen(aws)
    return judged(lab, Question(lab.side(role_arn("worker")), action, arn, context)).allowed


@pytest.mark.parametrize(("tags", "is_ours"), [({"team": "blue"}, True), ({"team": "red"}, False), ({}, False)])
def test_a_resources_tags_are_read_when_a_policy_asks_for_them(tags: dict[str, str], *, is_ours: bool) -> None:
    aws = FakeAws()
    aws.role("worker", allow("ec2:StopInstances", Condition=OURS), Tags=[{"Key": "team", "Value": "blue"}])
    tagged(aws, SERVER, **tags)
    assert is_allowed(aws, "ec2:StopInstances", SERVER) is is_ours


def test_a_services_own_word_for_them_is_known_and_a_checks_word_wins() -> None:
    aws = FakeAws()
    aws.role("worker", allow("ec2:*"), deny("*", Condition={"StringLike": {"ec2:ResourceTag/kept": "*"}}))
    tagged(aws, SERVER, kept="yes")
    assert not is_allowed(aws, "ec2:StopInstances", SERVER)
    assert is_allowed(aws, "ec2:StopInstances", SERVER, **{"aws:ResourceTag/team": "red"})


def test_roles_tell_theirs_themselves() -> None:
    aws = FakeAws()
    aws.role("worker", allow("iam:*", Condition={"StringEquals": {"aws:ResourceTag/team": "blue"}}))
    aws.role("other", Tags=[{"Key": "team", "Value": "blue"}])
    aws.refuse("iam", "GetRole", "NoSuchEntity", RoleName="gone")
    assert is_allowed(aws, "iam:DeleteRole", role_arn("other"))
    assert not is_allowed(aws, "iam:DeleteRole", role_arn("gone"))


def test_nobody_is_asked_for_tags_that_no_policy_reads() -> None:
    aws = FakeAws()
    aws.role("worker", allow("ec2:*"))
    assert is_allowed(aws, "ec2:StopInstances", SERVER)
    assert all(call.service != "resourcegroupstaggingapi" for call in aws.calls)


@pytest.mark.parametrize("arn", ["arn:aws:s3:::papers", f"arn:aws:iam::{OWN}:group/staff"])
def test_tags_that_nobody_tells_are_no_verdict(arn: str) -> None:
    aws = FakeAws()
    aws.bucket("papers")
    aws.role("worker", allow("*", "arn:aws:*:*:*:${aws:ResourceTag/team}"), allow("*", Condition=OURS))
    with pytest.raises(UndecidableError, match="tags of"):
        is_allowed(aws, "s3:ListBucket" if "s3" in arn else "iam:GetGroup", arn)
