"""Service and resource control policies."""

from typing import Any

import pytest

from labs.core.iam.decision import Effect, Stage
from labs.core.iam.request import Kind, Principal
from tests.unit.labs.core.iam.asking import (
    ALLOWED,
    ANYBODY,
    EXPLICIT,
    FULL,
    IMPLICIT,
    INCONCLUSIVE,
    A,
    B,
    allow,
    ask,
    deny,
    effect,
    level,
    policy,
    root,
    service,
    session,
    user,
)  # fmt: skip

ADMINISTRATOR = policy(allow(), name="AdministratorAccess")
REGION_DENY = policy(
    {
        "Sid": "DenyAllOutsideEU",
        "Effect": "Deny",
        "NotAction": ["iam:*", "organizations:*", "route53:*", "budgets:*", "cloudfront:*", "support:*", "sts:*"],
        "Resource": "*",
        "Condition": {
            "StringNotEquals": {"aws:RequestedRegion": ["eu-central-1", "eu-west-1"]},
            "ArnNotLike": {
                "aws:PrincipalARN": ["arn:aws:iam::*:role/Role1AllowedToBypassThisSCP", "arn:aws:iam::*:role/Role2*"]
            },
        },
    },
    name="region-deny",
)
LEVELS = (level("Root", FULL), level("Workloads", FULL, REGION_DENY), level(A, FULL))


class TestRegionDeny:
    """https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_examples_general.html"""

    @pytest.mark.parametrize(
        ("who", "action", "region", "expected"),
        [
            (user(), "ec2:RunInstances", "eu-west-1", ALLOWED),
            (user(), "ec2:RunInstances", "us-east-1", EXPLICIT),
            (session("Role1AllowedToBypassThisSCP"), "ec2:RunInstances", "us-east-1", ALLOWED),
            (session("Role1"), "ec2:RunInstances", "us-east-1", EXPLICIT),
            (user(), "iam:CreateRole", "us-east-1", ALLOWED),
            (root(), "ec2:RunInstances", "us-east-1", EXPLICIT),
            (user(), "ec2:RunInstances", None, INCONCLUSIVE),
        ],
    )
    def test_regions_services_and_exempt_roles(
        self, who: Principal, action: str, region: str | None, expected: Effect
    ) -> None:
        context = {"aws:RequestedRegion": region}
        assert effect(who, action, identity=ADMINISTRATOR, scps=LEVELS, context=context) is expected

    def test_the_reason_names_policy_statement_and_level(self) -> None:
        context = {"aws:RequestedRegion": "us-east-1"}
        [reason] = ask(user(), "ec2:RunInstances", identity=ADMINISTRATOR, scps=LEVELS, context=context).reasons
        assert (reason.stage, reason.policy, reason.statement) == (
            Stage.SCP, "region-deny (Workloads)", "DenyAllOutsideEU"
        )  # fmt: skip

    @pytest.mark.parametrize(
        "exempt",
        [
            {"management_account": A},
            {
                "who": session(
                    "AWSServiceRoleForX", issuer_arn=f"arn:aws:iam::{A}:role/aws-service-role/x/AWSServiceRoleForX"
                )
            },
        ],
    )
    def test_management_account_and_service_linked_roles_are_exempt(self, exempt: dict[str, Any]) -> None:
        """https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html"""
        who = exempt.pop("who", user())
        context = {"aws:RequestedRegion": "us-east-1"}
        found = effect(who, "ec2:RunInstances", identity=ADMINISTRATOR, scps=LEVELS, context=context, **exempt)
        assert found is ALLOWED


class TestLevels:
    """https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html"""

    @pytest.mark.parametrize("narrow", [0, 1, 2])
    def test_every_level_must_allow(self, narrow: int) -> None:
        levels = [level("Root", FULL), level("OU", FULL), level(A, FULL)]
        levels[narrow] = level("narrow", policy(allow("ec2:*")))
        assert effect(user(), "ec2:StopInstances", identity=ADMINISTRATOR, scps=tuple(levels)) is ALLOWED
        decision = ask(user(), "s3:ListAllMyBuckets", identity=ADMINISTRATOR, scps=tuple(levels))
        assert decision.effect is IMPLICIT
        assert "narrow" in decision.reasons[0].words.en

    def test_an_ou_without_policy_allows_nothing(self) -> None:
        levels = (level("Root", FULL), level("OU"), level(A, FULL))
        assert effect(root(), "s3:ListAllMyBuckets", scps=levels) is IMPLICIT

    def test_a_level_may_allow_by_several_policies(self) -> None:
        levels = (level("Root", policy(allow("ec2:*")), policy(allow("s3:*"))),)
        assert effect(user(), "s3:ListAllMyBuckets", identity=ADMINISTRATOR, scps=levels) is ALLOWED

    def test_they_grant_nothing(self) -> None:
        assert effect(user(), "s3:ListAllMyBuckets", scps=LEVELS) is IMPLICIT

    def test_they_reach_what_a_resource_policy_grants(self) -> None:
        on = policy(allow("s3:*", Principal={"AWS": user().arn}))
        levels = (level("Root", FULL, policy(deny("s3:*"))),)
        assert effect(user(), "s3:GetObject", "arn:aws:s3:::b/x", on=on, scps=levels) is EXPLICIT
        assert effect(service("sns.amazonaws.com"), "s3:GetObject", "arn:aws:s3:::b/x", on=on, scps=levels) is IMPLICIT

    def test_they_do_not_reach_services_and_the_anonymous(self) -> None:
        on = policy(allow("s3:*", Principal="*"))
        levels = (level("Root", policy(deny("s3:*"))),)
        for who in (service("sns.amazonaws.com"), ANYBODY):
            assert effect(who, "s3:GetObject", "arn:aws:s3:::b/x", owner=A, on=on, scps=levels) is ALLOWED


class TestResourceControl:
    """https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_examples.html"""

    PERIMETER = policy(
        {
            "Sid": "EnforceOrgIdentities",
            "Effect": "Deny",
            "Principal": "*",
            "Action": ["s3:*", "sqs:*", "dynamodb:*"],
            "Resource": "*",
            "Condition": {
                "StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-mine"},
                "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
            },
        },
        name="perimeter",
    )
    PUBLIC = policy(allow("s3:*", Principal="*"), name="public")

    def asked(self, who: Principal, org: str | None, **more: Any) -> Effect:
        levels = (level("Root", self.PERIMETER),)
        return effect(
            who, "s3:GetObject", "arn:aws:s3:::b/x", owner=A, on=self.PUBLIC, rcps=levels,
            context={"aws:PrincipalOrgID": org}, **more,
        )  # fmt: skip

    def test_only_the_organization_and_services_come_in(self) -> None:
        assert self.asked(user(account=B), "o-mine", identity=ADMINISTRATOR) is ALLOWED
        assert self.asked(user(account=B), "o-other", identity=ADMINISTRATOR) is EXPLICIT
        assert self.asked(ANYBODY, None) is EXPLICIT
        assert self.asked(service("logging.s3.amazonaws.com"), None) is ALLOWED

    def test_the_management_account_s_resources_are_exempt(self) -> None:
        assert self.asked(user(account=B), "o-other", identity=ADMINISTRATOR, management_account=A) is ALLOWED
        assert self.asked(user(account=B), "o-other", identity=ADMINISTRATOR, management_account=B) is EXPLICIT

    def test_a_service_that_may_not_obey_them_is_inconclusive(self) -> None:
        levels = (level("Root", self.PERIMETER),)
        table = f"arn:aws:dynamodb:eu-west-1:{A}:table/t"
        assert effect(user(), "dynamodb:GetItem", table, identity=ADMINISTRATOR, rcps=levels) is INCONCLUSIVE
        assert effect(user(), "ec2:StopInstances", identity=ADMINISTRATOR, rcps=levels) is ALLOWED

    def test_a_service_linked_role_is_exempt(self) -> None:
        linked = Principal(
            f"arn:aws:sts::{A}:assumed-role/AWSServiceRoleForX/s", A, Kind.SESSION,
            issuer_arn=f"arn:aws:iam::{A}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX",
        )  # fmt: skip
        assert self.asked(linked, "o-other", identity=ADMINISTRATOR) is ALLOWED
