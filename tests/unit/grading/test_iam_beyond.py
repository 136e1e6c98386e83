from typing import Any

import pytest

from grading.findings import UndecidableError
from grading.iam_beyond import EVERYBODY, SIGNED_IN, Verdict
from grading.iam_question import Question, judged
from grading.iam_sides import Lab
from labs.core.aws import AwsAnswer, AwsCall
from labs.core.errors import UnreachableError
from tests.unit.grading.fake_aws import OWN, STRANGER, FakeAws, allow, role_arn

BUCKET = "arn:aws:s3:::papers"
KEY = f"arn:aws:kms:eu-west-1:{OWN}:key/1"
TOLD = {"account": OWN, "Bucket": "papers"}
OPEN = {**allow("s3:GetObject", f"{BUCKET}/*"), "Principal": "*"}


def verdict(aws: FakeAws, who: str, action: str, arn: str = f"{BUCKET}/1.txt") -> Verdict:
    lab = Lab.seen(aws)
    return judged(lab, Question(lab.side(who), action, arn, {}))


def grant(permission: str, **grantee: str) -> dict[str, Any]:
    return {"Grantee": grantee, "Permission": permission}


def with_list(*grants: dict[str, Any]) -> FakeAws:
    aws = FakeAws()
    aws.bucket("papers", acl=grants)
    aws.put("s3", "GetObjectAcl", {"Owner": {"ID": "owner"}, "Grants": list(grants)}, Key="1.txt", **TOLD)
    return aws


def block(aws: FakeAws, switch: str) -> None:
    aws.put("s3", "GetPublicAccessBlock", {"PublicAccessBlockConfiguration": {switch: True}}, **TOLD)


def test_a_public_policy_lets_everybody_in_unless_that_is_blocked() -> None:
    aws = FakeAws()
    aws.bucket("papers", OPEN)
    aws.put("s3", "GetBucketPolicyStatus", {"PolicyStatus": {"IsPublic": True}}, **TOLD)
    for who in ("anonymous", STRANGER):
        assert verdict(aws, who, "s3:GetObject").allowed
    block(aws, "RestrictPublicBuckets")
    for who in ("anonymous", STRANGER):
        found = verdict(aws, who, "s3:GetObject")
        assert not found.allowed
        assert "Block Public Access" in found.words.en
    reader = aws.role("reader")
    assert verdict(aws, reader, "s3:GetObject").allowed


def test_the_accounts_own_block_counts_too() -> None:
    aws = FakeAws()
    aws.bucket("papers", OPEN)
    aws.put("s3", "GetBucketPolicyStatus", {"PolicyStatus": {"IsPublic": True}}, **TOLD)
    blocked = {"PublicAccessBlockConfiguration": {"RestrictPublicBuckets": True}}
    aws.put("s3control", "GetPublicAccessBlock", blocked, account=OWN, AccountId=OWN)
    assert not verdict(aws, "anonymous", "s3:GetObject").allowed


def test_an_engine_without_an_accounts_block_has_none() -> None:
    class Emulated(FakeAws):
        def ask(self, call: AwsCall, *, as_role: str = "") -> AwsAnswer:
            if call.service == "s3control":
                raise UnreachableError("no such address")
            return super().ask(call, as_role=as_role)

    aws = Emulated()
    aws.bucket("papers", OPEN)
    aws.put("s3", "GetBucketPolicyStatus", {"PolicyStatus": {"IsPublic": True}}, **TOLD)
    assert verdict(aws, "anonymous", "s3:GetObject").allowed


def test_who_is_named_comes_in_where_nothing_is_public() -> None:
    aws = FakeAws()
    aws.bucket("papers", {**OPEN, "Principal": {"AWS": STRANGER}})
    block(aws, "RestrictPublicBuckets")
    assert verdict(aws, STRANGER, "s3:GetObject").allowed


@pytest.mark.parametrize(("who", "group", "action", "arn", "permission", "is_let_in"), [
    ("anonymous", EVERYBODY, "s3:GetObject", f"{BUCKET}/1.txt", "READ", True),
    ("anonymous", EVERYBODY, "s3:GetObject", f"{BUCKET}/1.txt", "FULL_CONTROL", True),
    ("anonymous", EVERYBODY, "s3:GetObject", f"{BUCKET}/1.txt", "READ_ACP", False),
    ("anonymous", EVERYBODY, "s3:ListBucket", BUCKET, "READ", True),
    ("anonymous", EVERYBODY, "s3:PutObject", f"{BUCKET}/2.txt", "WRITE", True),
    ("anonymous", EVERYBODY, "s3:PutObject", f"{BUCKET}/2.txt", "READ", False),
    ("anonymous", EVERYBODY, "s3:DeleteBucket", BUCKET, "FULL_CONTROL", False),
    ("anonymous", SIGNED_IN, "s3:ListBucket", BUCKET, "READ", False),
    (STRANGER, SIGNED_IN, "s3:ListBucket", BUCKET, "READ", True),
])  # fmt: skip
def test_an_access_control_list_lets_in_what_no_policy_names(
    who: str, group: str, action: str, arn: str, permission: str, *, is_let_in: bool
) -> None:
    aws = with_list(grant(permission, Type="Group", URI=group), grant("FULL_CONTROL", ID="owner"))
    found = verdict(aws, who, action, arn)
    assert found.allowed is is_let_in
    assert ("access control list" in found.words.en) is is_let_in


def test_a_list_counts_for_nothing_where_it_is_ignored_or_off() -> None:
    aws = with_list(grant("READ", URI=EVERYBODY))
    block(aws, "IgnorePublicAcls")
    assert not verdict(aws, "anonymous", "s3:GetObject").allowed
    aws = with_list(grant("READ", URI=EVERYBODY))
    rules = {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}}
    aws.put("s3", "GetBucketOwnershipControls", rules, **TOLD)
    assert not verdict(aws, "anonymous", "s3:GetObject").allowed


def test_an_explicit_no_is_stronger_than_a_list() -> None:
    aws = with_list(grant("READ", URI=EVERYBODY))
    aws.bucket("papers", {**OPEN, "Effect": "Deny"}, acl=[grant("READ", URI=EVERYBODY)])
    assert not verdict(aws, "anonymous", "s3:GetObject").allowed


def test_canonical_ids_are_not_understood() -> None:
    aws = with_list(grant("READ", ID="somebody"))
    assert not verdict(aws, "anonymous", "s3:GetObject").allowed
    with pytest.raises(UndecidableError, match="canonical id"):
        verdict(aws, STRANGER, "s3:GetObject")


def test_an_object_that_is_gone_is_open_to_nobody() -> None:
    aws = with_list(grant("READ", URI=EVERYBODY))
    aws.refuse("s3", "GetObjectAcl", "NoSuchKey", Key="1.txt", **TOLD)
    assert not verdict(aws, "anonymous", "s3:GetObject").allowed


@pytest.mark.parametrize(("grantee", "operations", "is_doubtful"), [
    (role_arn("worker"), ["Decrypt"], True), (role_arn("other"), ["Decrypt"], False),
    (role_arn("worker"), ["Encrypt"], False),
])  # fmt: skip
def test_a_grant_of_a_key_is_no_verdict(grantee: str, operations: list[str], *, is_doubtful: bool) -> None:
    aws = FakeAws()
    worker = aws.role("worker")
    account = {**allow("kms:*"), "Principal": {"AWS": f"arn:aws:iam::{OWN}:root"}}
    policy = {"Version": "2012-10-17", "Statement": [account]}
    aws.put("kms", "GetKeyPolicy", {"Policy": policy}, KeyId=KEY, PolicyName="default")
    aws.put("kms", "ListGrants", {"Grants": [{"GranteePrincipal": grantee, "Operations": operations}]}, KeyId=KEY)
    if is_doubtful:
        with pytest.raises(UndecidableError, match="grants are not modelled"):
            verdict(aws, worker, "kms:Decrypt", KEY)
    else:
        assert not verdict(aws, worker, "kms:Decrypt", KEY).allowed
