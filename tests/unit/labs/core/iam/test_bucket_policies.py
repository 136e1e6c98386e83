"""Bucket policies as AWS publishes them."""

from typing import Any

import pytest

from labs.core.iam.decision import Effect
from labs.core.iam.document import Policy
from tests.unit.labs.core.iam.asking import (
    ALLOWED,
    ANYBODY,
    EXPLICIT,
    IMPLICIT,
    INCONCLUSIVE,
    A,
    allow,
    deny,
    effect,
    policy,
    session,
    user,
)  # fmt: skip


def bucket_policy(principal: Any, **more: Any) -> Policy:
    return policy(allow("s3:*", ["arn:aws:s3:::b", "arn:aws:s3:::b/*"], Principal=principal, **more), name="bucket")


class TestBucketPolicies:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html"""

    @pytest.mark.parametrize("principal", ["*", {"AWS": "*"}])
    def test_public_read(self, principal: Any) -> None:
        on = policy(allow("s3:GetObject", "arn:aws:s3:::b/*", Principal=principal))
        assert effect(ANYBODY, "s3:GetObject", "arn:aws:s3:::b/x", owner=A, on=on) is ALLOWED
        assert effect(ANYBODY, "s3:PutObject", "arn:aws:s3:::b/x", owner=A, on=on) is IMPLICIT
        assert effect(user(), "s3:GetObject", "arn:aws:s3:::b/x", on=on) is ALLOWED

    def test_not_everybody_is_everybody(self) -> None:
        on = bucket_policy({"AWS": [A, f"arn:aws:iam::{A}:user/carlossalazar"]})
        assert effect(ANYBODY, "s3:GetObject", "arn:aws:s3:::b/x", owner=A, on=on) is IMPLICIT

    @pytest.mark.parametrize(("secure", "expected"), [(True, ALLOWED), (False, EXPLICIT), (None, INCONCLUSIVE)])
    def test_https_only(self, *, secure: bool | None, expected: Effect) -> None:
        """A request that does not say how it came was not described fully: AWS always knows."""
        on = policy(
            deny("s3:*", ["arn:aws:s3:::b", "arn:aws:s3:::b/*"], Sid="RestrictToTLSRequestsOnly", Principal="*",
                 Condition={"Bool": {"aws:SecureTransport": "false"}})
        )  # fmt: skip
        found = effect(
            user(), "s3:GetObject", "arn:aws:s3:::b/x", on=on, identity=policy(allow()),
            context={"aws:SecureTransport": secure},
        )  # fmt: skip
        assert found is expected

    @pytest.mark.parametrize(
        ("context", "expected"),
        [({"s3:x-amz-server-side-encryption": "aws:kms"}, ALLOWED), ({}, EXPLICIT),
         ({"s3:x-amz-server-side-encryption": "AES256"}, EXPLICIT)],
    )  # fmt: skip
    def test_encryption_is_required_also_of_who_says_nothing(self, context: Any, expected: Effect) -> None:
        on = policy(
            deny("s3:PutObject", "arn:aws:s3:::b/*", Principal="*",
                 Condition={"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}})
        )  # fmt: skip
        found = effect(user(), "s3:PutObject", "arn:aws:s3:::b/x", on=on, identity=policy(allow()), context=context)
        assert found is expected

    @pytest.mark.parametrize(
        ("ip", "expected"), [("192.0.2.7", ALLOWED), ("192.0.2.188", EXPLICIT), ("198.51.100.1", EXPLICIT)]
    )
    def test_address_ranges(self, ip: str, expected: Effect) -> None:
        on = policy(
            allow("s3:*", "arn:aws:s3:::b/*", Principal="*", Condition={"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}),
            deny(
                "s3:*", "arn:aws:s3:::b/*", Principal="*", Condition={"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}}
            ),
            deny(
                "s3:*", "arn:aws:s3:::b/*", Principal="*", Condition={"IpAddress": {"aws:SourceIp": "192.0.2.188/32"}}
            ),
        )
        found = effect(ANYBODY, "s3:GetObject", "arn:aws:s3:::b/x", owner=A, on=on, context={"aws:SourceIp": ip})
        assert found is expected

    def test_everybody_but_by_principal_arn(self) -> None:
        """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-anonymous"""
        condition = {"ArnNotEquals": {"aws:PrincipalArn": f"arn:aws:iam::{A}:role/examplerole"}}
        on = policy(deny("s3:*", ["arn:aws:s3:::b", "arn:aws:s3:::b/*"], Principal="*", Condition=condition))
        policies = {"identity": policy(allow()), "on": on}
        assert effect(session(), "s3:GetObject", "arn:aws:s3:::b/x", **policies) is ALLOWED
        assert effect(user(), "s3:GetObject", "arn:aws:s3:::b/x", **policies) is EXPLICIT

    def test_a_home_directory(self) -> None:
        """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_String"""
        home = policy(
            allow("s3:ListBucket", "arn:aws:s3:::B",
                  Condition={"StringLike": {"s3:prefix": ["", "home/", "home/${aws:username}/"]}}),
            allow("s3:*", ["arn:aws:s3:::B/home/${aws:username}", "arn:aws:s3:::B/home/${aws:username}/*"]),
        )  # fmt: skip
        carlos = user()
        for prefix, expected in (("", ALLOWED), ("home/carlossalazar/", ALLOWED), ("home/zhang/", IMPLICIT)):
            found = effect(carlos, "s3:ListBucket", "arn:aws:s3:::B", identity=home, context={"s3:prefix": prefix})
            assert found is expected
        assert effect(carlos, "s3:GetObject", "arn:aws:s3:::B/home/carlossalazar/x", identity=home) is ALLOWED
        assert effect(carlos, "s3:GetObject", "arn:aws:s3:::B/home/zhang/x", identity=home) is IMPLICIT
        assert effect(session(), "s3:GetObject", "arn:aws:s3:::B/home//x", identity=home) is IMPLICIT
