from typing import Any

import pytest

from grading.findings import UndecidableError
from grading.iam_beyond import Verdict
from grading.iam_question import Question, judged
from grading.iam_sides import Lab
from tests.unit.grading.fake_aws import OTHER, OWN, STRANGER, FakeAws, allow, deny, role_arn

QUEUE = f"arn:aws:sqs:eu-central-1:{OWN}:jobs"
KEY = f"arn:aws:kms:eu-west-1:{OWN}:key/1"


def verdict(aws: FakeAws, who: str, action: str, arn: str = "*", **context: Any) -> Verdict:
    lab = Lab.seen(aws)
    return judged(lab, Question(lab.side(who), action, arn, context))


@pytest.mark.parametrize(("key", "value"), [
    ("aws:SecureTransport", "true"), ("aws:RequestedRegion", "eu-west-1"), ("aws:MultiFactorAuthPresent", "false"),
    ("aws:PrincipalAccount", OWN), ("aws:PrincipalTag/team", "blue"), ("aws:PrincipalArn", role_arn("worker")),
    ("aws:userid", "AROAROLE:review"),
])  # fmt: skip
def test_aws_adds_to_a_request_what_it_knows(key: str, value: str) -> None:
    aws = FakeAws()
    given = allow("ec2:*", Condition={"StringEquals": {key: value}})
    worker = aws.role("worker", given, Tags=[{"Key": "team", "Value": "blue"}])
    assert verdict(aws, worker, "ec2:RunInstances").allowed
    assert not verdict(aws, worker, "ec2:RunInstances", **{key.upper(): "another"}).allowed


def test_what_a_check_takes_away_is_not_there() -> None:
    aws = FakeAws()
    worker = aws.role("worker", allow("ec2:*"), deny("*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}}))
    assert not verdict(aws, worker, "ec2:RunInstances").allowed
    absent: dict[str, Any] = {"aws:multifactorauthpresent": None}
    assert verdict(aws, worker, "ec2:RunInstances", **absent).allowed


def test_a_request_has_its_time() -> None:
    aws = FakeAws()
    past = allow(
        "ec2:*", Condition={"DateGreaterThan": {"aws:CurrentTime": "2024-01-01T00:00:00Z"},
                                     "NumericGreaterThan": {"aws:EpochTime": "1700000000"},
                                     "DateGreaterThanEquals": {"aws:TokenIssueTime": "2024-01-01T00:00:00Z"}},
    )  # fmt: skip
    assert verdict(aws, aws.role("worker", past), "ec2:RunInstances").allowed


@pytest.mark.parametrize(("action", "arn", "region"), [
    ("iam:CreateUser", "*", "us-east-1"), ("sts:GetFederationToken", "*", "eu-west-1"),
    ("sqs:SendMessage", QUEUE, "eu-central-1"), ("ec2:RunInstances", "*", "eu-west-1"),
])  # fmt: skip
def test_the_region_is_the_resources_or_the_one_of_a_global_service(action: str, arn: str, region: str) -> None:
    aws = FakeAws()
    aws.refuse("sqs", "GetQueueUrl", "QueueDoesNotExist", QueueName="jobs")
    worker = aws.role("worker", allow("*", Condition={"StringEquals": {"aws:RequestedRegion": region}}))
    assert verdict(aws, worker, action, arn).allowed


def test_a_resources_policy_lets_a_role_in_and_keeps_it_out() -> None:
    aws = FakeAws()
    idle, busy = aws.role("idle"), aws.role("busy", allow("s3:*"))
    arn = aws.bucket("papers", {**allow("s3:GetObject", "arn:aws:s3:::papers/*"), "Principal": {"AWS": idle}},
                     {**deny("s3:PutObject", "arn:aws:s3:::papers/*"), "Principal": "*"})  # fmt: skip
    assert verdict(aws, idle, "s3:GetObject", f"{arn}/x").allowed
    found = verdict(aws, busy, "s3:PutObject", f"{arn}/x")
    assert not found.allowed
    assert "statement #2 of the resource-based policy" in found.words.en


def test_a_boundary_limits() -> None:
    aws = FakeAws()
    fence = aws.managed("fence", {"Version": "2012-10-17", "Statement": [allow("ec2:Describe*")]})
    worker = aws.role("worker", allow("*"), PermissionsBoundary={"PermissionsBoundaryArn": fence})
    assert verdict(aws, worker, "ec2:DescribeVpcs").allowed
    assert "permissions boundary" in verdict(aws, worker, "ec2:CreateVpc").words.en


def test_across_accounts_both_must_allow() -> None:
    aws = FakeAws()
    aws.organization()
    worker = aws.role("worker", allow("s3:*"), account=OTHER)
    aws.put("s3", "ListBuckets", {"Buckets": []}, account=OTHER)
    closed = aws.bucket("papers")
    assert not verdict(aws, worker, "s3:ListBucket", closed).allowed
    ours = {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}
    shared = aws.bucket("papers", {**allow("s3:ListBucket", closed), "Principal": "*", "Condition": ours})
    assert verdict(aws, worker, "s3:ListBucket", shared).allowed
    assert not verdict(aws, STRANGER, "s3:ListBucket", shared).allowed


def test_of_what_others_have_the_labs_own_side_decides() -> None:
    aws = FakeAws()
    worker = aws.role("worker", allow("sts:AssumeRole", role_arn("partner", STRANGER)), allow("sqs:SendMessage"))
    assert verdict(aws, worker, "sts:AssumeRole", role_arn("partner", STRANGER)).allowed
    assert not verdict(aws, worker, "sts:AssumeRole", role_arn("other", STRANGER)).allowed
    assert verdict(aws, worker, "sqs:SendMessage", QUEUE.replace(OWN, STRANGER)).allowed


def test_a_resource_that_is_not_there_is_judged_like_any_other() -> None:
    aws = FakeAws()
    aws.refuse("s3", "GetBucketPolicy", "NoSuchBucket", account=OWN, Bucket="nobodys")
    worker = aws.role("worker", allow("s3:*", "arn:aws:s3:::papers*"))
    assert not verdict(aws, worker, "s3:GetObject", "arn:aws:s3:::nobodys/x").allowed


def test_a_resource_control_policy_holds_in_its_owners_account() -> None:
    aws = FakeAws()
    outside = {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}}
    aws.organization(rcp=[{**deny("s3:*"), "Principal": "*", "Condition": outside}])
    everybody = {**allow("s3:GetObject", "arn:aws:s3:::papers/*"), "Principal": "*"}
    arn = aws.bucket("papers", everybody, account=OTHER)
    aws.put("s3", "ListBuckets", {"Buckets": []})
    worker = aws.role("worker", allow("s3:*"))
    assert verdict(aws, worker, "s3:GetObject", f"{arn}/x").allowed
    assert "resource control policy" in verdict(aws, STRANGER, "s3:GetObject", f"{arn}/x").words.en


def test_a_resource_with_a_policy_that_is_not_read_is_no_verdict() -> None:
    aws = FakeAws()
    vault = f"arn:aws:backup:eu-west-1:{OWN}:backup-vault:v"
    worker = aws.role("worker", allow("backup:*"), deny("backup:DeleteBackupVault"))
    with pytest.raises(UndecidableError, match="not read here"):
        verdict(aws, worker, "backup:DescribeBackupVault", vault)
    assert not verdict(aws, worker, "backup:DeleteBackupVault", vault).allowed


def test_an_apis_policy_is_for_those_without_credentials() -> None:
    aws = FakeAws()
    arn = f"arn:aws:execute-api:eu-west-1:{OWN}:abc/live/GET/orders"
    office = {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}
    statement = {**allow("execute-api:Invoke", "execute-api:/*"), "Principal": "*", "Condition": office}
    aws.put("apigateway", "GetRestApi", {"policy": str({"Version": "2012-10-17", "Statement": [statement]})
                                         .replace("'", '"')}, restApiId="abc")  # fmt: skip
    assert verdict(aws, "anonymous", "execute-api:Invoke", arn, **{"aws:SourceIp": "192.0.2.7"}).allowed
    assert not verdict(aws, "anonymous", "execute-api:Invoke", arn, **{"aws:SourceIp": "198.51.100.7"}).allowed
    with pytest.raises(UndecidableError, match="authorizers"):
        verdict(aws, STRANGER, "execute-api:Invoke", arn)
    aws.put("apigateway", "GetRestApi", {}, restApiId="abc")
    with pytest.raises(UndecidableError, match="authorizers"):
        verdict(aws, "anonymous", "execute-api:Invoke", arn)


def test_a_keys_policy_must_name_whom_it_lets_in() -> None:
    aws = FakeAws()
    worker = aws.role("worker", allow("kms:Decrypt", KEY))
    account = {**allow("kms:*"), "Principal": {"AWS": f"arn:aws:iam::{OWN}:root"}}
    aws.put("kms", "ListGrants", {"Grants": []}, KeyId=KEY)
    for statements, is_let_in in (([account], True), ([deny("kms:X") | {"Principal": "*"}], False)):
        policy = {"Version": "2012-10-17", "Statement": statements}
        aws.put("kms", "GetKeyPolicy", {"Policy": policy}, KeyId=KEY, PolicyName="default")
        assert verdict(aws, worker, "kms:Decrypt", KEY).allowed is is_let_in
