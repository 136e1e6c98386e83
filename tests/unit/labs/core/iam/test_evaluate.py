"""The evaluation logic, mostly with the examples and accounts of AWS's own pages."""

import json
from typing import Any

import pytest

from labs.core.iam.decision import Effect, Stage
from labs.core.iam.document import Policy, parse
from labs.core.iam.request import Kind, Principal
from tests.unit.labs.core.iam.asking import (
    ALLOWED,
    ANYBODY,
    EXPLICIT,
    IMPLICIT,
    INCONCLUSIVE,
    A,
    B,
    allow,
    ask,
    deny,
    effect,
    federated_user,
    policy,
    root,
    service,
    session,
    user,
)  # fmt: skip

CARLOS = policy(
    allow(
        ["s3:GetBucketLocation", "s3:GetAccountPublicAccessBlock", "s3:ListAccessPoints", "s3:ListAllMyBuckets"],
        "arn:aws:s3:::*", Sid="AllowS3ListRead",
    ),
    allow("s3:*", ["arn:aws:s3:::carlossalazar/*", "arn:aws:s3:::carlossalazar"], Sid="AllowS3Self"),
    deny("s3:*", "arn:aws:s3:::*log*", Sid="DenyS3Logs"),
    name="carlos",
)  # fmt: skip
CARLOS_BUCKET = policy(
    allow(
        "s3:*",
        ["arn:aws:s3:::carlossalazar/*", "arn:aws:s3:::carlossalazar"],
        Principal={"AWS": f"arn:aws:iam::{A}:user/carlossalazar"},
    ),
    name="bucket",
)


def bucket_policy(principal: Any, **more: Any) -> Policy:
    return policy(allow("s3:*", ["arn:aws:s3:::b", "arn:aws:s3:::b/*"], Principal=principal, **more), name="bucket")


class TestOneAccount:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html"""

    def test_an_explicit_deny_keeps_carlos_from_the_logs(self) -> None:
        decision = ask(user(), "s3:PutObject", "arn:aws:s3:::carlossalazar-logs/x", identity=CARLOS)
        assert decision.effect is EXPLICIT
        [reason] = decision.reasons
        assert (reason.stage, reason.policy, reason.statement) == (Stage.IDENTITY, "carlos", "DenyS3Logs")

    @pytest.mark.parametrize(
        "policies", [{"identity": CARLOS, "on": CARLOS_BUCKET}, {"identity": CARLOS}, {"on": CARLOS_BUCKET}]
    )
    def test_either_of_identity_and_resource_policy_suffices(self, policies: dict[str, Any]) -> None:
        assert effect(user(), "s3:PutObject", "arn:aws:s3:::carlossalazar/x", **policies) is ALLOWED

    def test_nobody_else_is_meant_by_the_bucket_policy(self) -> None:
        assert effect(user("zhang"), "s3:PutObject", "arn:aws:s3:::carlossalazar/x", on=CARLOS_BUCKET) is IMPLICIT

    def test_what_no_policy_mentions_is_denied_implicitly(self) -> None:
        decision = ask(user(), "s3:PutObject", "arn:aws:s3:::elsewhere/x", identity=CARLOS)
        assert decision.effect is IMPLICIT
        assert [reason.stage for reason in decision.reasons] == [Stage.IDENTITY]

    @pytest.mark.parametrize(
        ("action", "expected"),
        [
            ("iam:GetUser", ALLOWED),
            ("iam:CreatePolicy", IMPLICIT),
            ("iam:GetOrganizationsAccessReport", EXPLICIT),
            ("iam:GenerateCredentialReport", EXPLICIT),
        ],
    )
    def test_explicit_and_implicit_denies(self, action: str, expected: Effect) -> None:
        """.../reference_policies_evaluation-logic_AccessPolicyLanguage_Interplay.html"""
        policies = (policy(allow(["iam:Get*", "iam:List*"]), deny("iam:*Report")), policy(allow("iam:Generate*")))
        assert effect(user(), action, identity=policies) is expected

    def test_the_root_user_may_everything_that_nothing_denies(self) -> None:
        assert effect(root(), "s3:GetObject", "arn:aws:s3:::b/x") is ALLOWED
        denial = policy(deny("s3:*", "arn:aws:s3:::b/*", Principal="*"))
        assert effect(root(), "s3:GetObject", "arn:aws:s3:::b/x", on=denial) is EXPLICIT

    def test_a_service_needs_the_resource_s_policy(self) -> None:
        log_delivery = policy(
            allow(
                "s3:PutObject",
                "arn:aws:s3:::b/*",
                Principal={"Service": "logging.s3.amazonaws.com"},
                Condition={"StringEquals": {"aws:SourceAccount": A}},
            )
        )
        for source, expected in ((A, ALLOWED), (B, IMPLICIT)):
            context = {"aws:SourceAccount": source}
            found = effect(
                service("logging.s3.amazonaws.com"),
                "s3:PutObject",
                "arn:aws:s3:::b/x",
                on=log_delivery,
                context=context,
            )
            assert found is expected
        assert effect(service("sns.amazonaws.com"), "s3:PutObject", "arn:aws:s3:::b/x", identity=CARLOS) is IMPLICIT


class TestWhomTheResourcePolicyNames:
    """The table "Resource-based policies and implicit denies in other policy types (same account)".

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
    """

    NARROW = policy(allow("sts:GetCallerIdentity"), name="narrow")
    ROLE = f"arn:aws:iam::{A}:role/examplerole"

    @pytest.mark.parametrize(
        ("who", "named", "expected"),
        [
            (session(), ROLE, IMPLICIT),
            (session(), f"arn:aws:sts::{A}:assumed-role/examplerole/examplesession", ALLOWED),
            (session(), f"arn:aws:sts::{A}:assumed-role/examplerole/another", IMPLICIT),
            (session(), "*", ALLOWED),
            (session(), A, IMPLICIT),
            (user(), f"arn:aws:iam::{A}:user/carlossalazar", ALLOWED),
            (federated_user(), f"arn:aws:iam::{A}:user/carlossalazar", IMPLICIT),
            (federated_user(), f"arn:aws:sts::{A}:federated-user/carlossalazar", ALLOWED),
            (root(), f"arn:aws:iam::{A}:root", ALLOWED),
        ],
    )
    def test_implicit_denies_by_boundary_and_session(self, who: Principal, named: str, expected: Effect) -> None:
        limits: dict[str, Any] = {"boundary": self.NARROW}
        if who.kind in (Kind.SESSION, Kind.FEDERATED_USER):
            limits["session"] = (self.NARROW,)
        on = bucket_policy({"AWS": named})
        assert effect(who, "s3:GetObject", "arn:aws:s3:::b/x", on=on, **limits) is expected

    def test_a_role_needs_no_identity_policy_when_nothing_limits_it(self) -> None:
        assert effect(session(), "s3:GetObject", "arn:aws:s3:::b/x", on=bucket_policy({"AWS": self.ROLE})) is ALLOWED

    def test_each_limit_alone_limits_a_grant_to_the_role(self) -> None:
        on = bucket_policy({"AWS": self.ROLE})
        narrow = ask(session(), "s3:GetObject", "arn:aws:s3:::b/x", on=on, boundary=self.NARROW)
        assert [reason.stage for reason in narrow.reasons] == [Stage.BOUNDARY]
        narrow = ask(session(), "s3:GetObject", "arn:aws:s3:::b/x", on=on, session=(self.NARROW,))
        assert [reason.stage for reason in narrow.reasons] == [Stage.SESSION]

    def test_the_account_delegates_and_grants_nothing_by_itself(self) -> None:
        """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-accounts"""
        on = bucket_policy({"AWS": f"arn:aws:iam::{A}:root"})
        assert effect(user(), "s3:GetObject", "arn:aws:s3:::b/x", on=on) is IMPLICIT
        decision = ask(user(), "s3:GetObject", "arn:aws:s3:::b/x", on=on, identity=policy(allow("s3:*")))
        assert decision.is_allowed
        assert [reason.stage for reason in decision.reasons] == [Stage.IDENTITY]

    @pytest.mark.parametrize("limit", ["boundary", "session"])
    def test_explicit_denies_count_for_everybody(self, limit: str) -> None:
        denial = policy(deny("s3:*"))
        on = bucket_policy({"AWS": session().arn})
        policies: dict[str, Any] = {limit: denial if limit == "boundary" else (denial,)}
        assert effect(session(), "s3:GetObject", "arn:aws:s3:::b/x", on=on, **policies) is EXPLICIT

    def test_a_role_whose_session_is_not_known_may_or_may_not_be_meant(self) -> None:
        role = Principal(self.ROLE, A, Kind.ROLE)
        assert (
            effect(role, "s3:GetObject", "arn:aws:s3:::b/x", on=bucket_policy({"AWS": session().arn})) is INCONCLUSIVE
        )
        assert effect(role, "s3:GetObject", "arn:aws:s3:::b/x", on=bucket_policy({"AWS": self.ROLE})) is ALLOWED


class TestBoundaries:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html"""

    SHIRLEY = policy(allow(["s3:*", "cloudwatch:*", "ec2:*"]), name="boundary")
    COMPANY = policy(
        allow(["s3:*", "cloudwatch:*", "ec2:*", "dynamodb:*"], Sid="ServiceBoundaries"),
        allow(["iam:ListUsers", "iam:GetAccountPasswordPolicy"]),
        allow(["iam:*AccessKey*", "iam:ChangePassword", "iam:GetUser"], "arn:aws:iam::*:user/${aws:username}"),
        deny("s3:*", ["arn:aws:s3:::logs", "arn:aws:s3:::logs/*"], Sid="DenyS3Logs"),
        deny("ec2:*", "arn:aws:ec2:*:*:instance/i-1234567890abcdef0", Sid="DenyEC2Production"),
        name="XCompanyBoundaries",
    )

    def test_shirley_may_not_create_users(self) -> None:
        shirley = user("ShirleyRodriguez")
        decision = ask(shirley, "iam:CreateUser", identity=policy(allow("iam:CreateUser")), boundary=self.SHIRLEY)
        assert decision.effect is IMPLICIT
        assert [reason.stage for reason in decision.reasons] == [Stage.BOUNDARY]

    def test_a_boundary_grants_nothing(self) -> None:
        assert effect(user("ShirleyRodriguez"), "s3:ListBucket", "arn:aws:s3:::b", boundary=self.SHIRLEY) is IMPLICIT

    @pytest.mark.parametrize(
        ("action", "resource", "expected"),
        [
            ("s3:GetObject", "arn:aws:s3:::data/x", ALLOWED),
            ("s3:GetObject", "arn:aws:s3:::logs/x", EXPLICIT),
            ("ec2:StopInstances", f"arn:aws:ec2:eu-west-1:{A}:instance/i-1234567890abcdef0", EXPLICIT),
            ("ec2:StopInstances", f"arn:aws:ec2:eu-west-1:{A}:instance/i-0000000000abcdef0", ALLOWED),
            ("iam:CreateAccessKey", f"arn:aws:iam::{A}:user/Nikhil", ALLOWED),
            ("iam:CreateAccessKey", f"arn:aws:iam::{A}:user/Zhang", IMPLICIT),
            ("iam:CreateUser", f"arn:aws:iam::{A}:user/new", IMPLICIT),
        ],
    )
    def test_the_company_s_boundary(self, action: str, resource: str, expected: Effect) -> None:
        found = effect(user("Nikhil"), action, resource, identity=policy(allow()), boundary=self.COMPANY)
        assert found is expected

    @pytest.mark.parametrize(("boundary", "expected"), [("XCompanyBoundaries", ALLOWED), ("Other", IMPLICIT)])
    def test_zhang_creates_users_only_within_the_boundary(self, boundary: str, expected: Effect) -> None:
        arn = "arn:aws:iam::111122223333:policy/"
        delegated = policy(
            allow("iam:CreateUser", Condition={"StringEquals": {"iam:PermissionsBoundary": arn + "XCompanyBoundaries"}})
        )
        context = {"iam:PermissionsBoundary": arn + boundary}
        found = effect(
            user("Zhang"), "iam:CreateUser", identity=policy(allow("iam:*")), boundary=delegated, context=context
        )
        assert found is expected

    def test_a_deny_with_not_principal_hits_everybody_with_a_boundary(self) -> None:
        """The page's "Important": regardless of the values specified in NotPrincipal."""
        on = policy(deny("s3:*", NotPrincipal={"AWS": [user().arn, f"arn:aws:iam::{A}:root"]}))
        owner = {"identity": policy(allow("s3:*")), "on": on}
        assert effect(user(), "s3:GetObject", "arn:aws:s3:::b/x", **owner) is ALLOWED
        assert effect(user(), "s3:GetObject", "arn:aws:s3:::b/x", **owner, boundary=policy(allow())) is EXPLICIT


class TestSessions:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session"""

    def test_a_session_policy_narrows_the_role(self) -> None:
        role = policy(allow("s3:*"))
        for narrowed, expected in (("s3:GetObject", ALLOWED), ("s3:PutObject", IMPLICIT)):
            found = effect(session(), narrowed, "arn:aws:s3:::b/x", identity=role, session=(policy(allow("s3:Get*")),))
            assert found is expected

    def test_of_several_session_policies_one_must_allow(self) -> None:
        several = (policy(allow("s3:Get*")), policy(allow("s3:Put*")))
        assert (
            effect(session(), "s3:PutObject", "arn:aws:s3:::b/x", identity=policy(allow()), session=several) is ALLOWED
        )

    def test_a_federated_user_without_session_policy_may_nothing(self) -> None:
        full = policy(allow())
        assert effect(federated_user(), "s3:GetObject", "arn:aws:s3:::b/x", identity=full) is IMPLICIT
        assert effect(federated_user(), "s3:GetObject", "arn:aws:s3:::b/x", identity=full, session=(full,)) is ALLOWED
        assert effect(session(), "s3:GetObject", "arn:aws:s3:::b/x", identity=full) is ALLOWED


class TestSeveralAccounts:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html"""

    IDENTITY = policy(
        allow("s3:ListAllMyBuckets", "*"),
        allow("s3:*Object*", "arn:aws:s3:::Production/*", Sid="AllowS3ProductionObjectActions"),
        deny("s3:*", ["arn:aws:s3:::*log*", "arn:aws:s3:::*log*/*"], Sid="DenyS3Logs"),
    )
    PRODUCTION = policy(
        allow(
            ["s3:GetObject*", "s3:PutObject*", "s3:ReplicateObject", "s3:RestoreObject"],
            "arn:aws:s3:::Production/*",
            Principal={"AWS": f"arn:aws:iam::{A}:user/carlossalazar"},
        )
    )

    def asked(self, action: str, resource: str, **policies: Any) -> Effect:
        return effect(user(), action, resource, owner=B, **policies)

    def test_the_log_bucket(self) -> None:
        assert self.asked("s3:PutObject", "arn:aws:s3:::Production-logs/x", identity=self.IDENTITY) is EXPLICIT

    def test_both_accounts_must_allow(self) -> None:
        both = {"identity": self.IDENTITY, "on": self.PRODUCTION}
        assert self.asked("s3:PutObject", "arn:aws:s3:::Production/x", **both) is ALLOWED
        assert self.asked("s3:PutObject", "arn:aws:s3:::Production/x", identity=self.IDENTITY) is IMPLICIT
        assert self.asked("s3:PutObject", "arn:aws:s3:::Production/x", on=self.PRODUCTION) is IMPLICIT
        assert self.asked("s3:DeleteObject", "arn:aws:s3:::Production/x", **both) is IMPLICIT

    @pytest.mark.parametrize("principal", [A, f"arn:aws:iam::{A}:root", f"arn:aws:iam::{A}:user/carlossalazar", "*"])
    def test_the_trusting_account_may_name_user_account_or_everybody(self, principal: str) -> None:
        on = bucket_policy({"AWS": principal})
        assert self.asked("s3:GetObject", "arn:aws:s3:::b/x", on=on, identity=policy(allow("s3:*"))) is ALLOWED
        assert self.asked("s3:GetObject", "arn:aws:s3:::b/x", on=on) is IMPLICIT

    def test_a_grant_to_the_session_does_not_replace_the_other_side(self) -> None:
        on = bucket_policy({"AWS": session().arn})
        assert effect(session(), "s3:GetObject", "arn:aws:s3:::b/x", owner=B, on=on) is IMPLICIT

    def test_a_boundary_limits_across_accounts(self) -> None:
        both = {"identity": self.IDENTITY, "on": self.PRODUCTION}
        narrow = policy(allow("ec2:*"))
        assert self.asked("s3:PutObject", "arn:aws:s3:::Production/x", **both, boundary=narrow) is IMPLICIT

    def test_the_account_in_the_arn_is_the_owner(self) -> None:
        queue = f"arn:aws:sqs:eu-west-1:{B}:queue1"
        assert effect(user(), "sqs:SendMessage", queue, identity=policy(allow())) is IMPLICIT

    def test_another_account_s_root_user_needs_the_resource_policy(self) -> None:
        assert effect(root(), "s3:GetObject", "arn:aws:s3:::b/x", owner=B) is IMPLICIT
        assert effect(root(), "s3:GetObject", "arn:aws:s3:::b/x", owner=B, on=bucket_policy({"AWS": A})) is ALLOWED


class TestCallsWithRulesOfTheirOwn:
    def test_everybody_may_ask_who_they_are(self) -> None:
        """https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html"""
        assert effect(user(), "sts:GetCallerIdentity", identity=policy(deny())) is ALLOWED
        assert effect(ANYBODY, "sts:GetCallerIdentity") is IMPLICIT

    @pytest.mark.parametrize(
        ("who", "action", "resource"),
        [
            (user(), "s3:*", "*"),
            (user(), "ListAllMyBuckets", "*"),
            (user(), "sts:AssumeRole", "*"),
            (user(), "sts:GetSessionToken", "*"),
            (federated_user(), "iam:ListUsers", "*"),
            (user(), "sts:AssumeRoleWithWebIdentity", f"arn:aws:iam::{A}:role/r"),
        ],
    )
    def test_questions_that_policies_do_not_answer(self, who: Principal, action: str, resource: str) -> None:
        assert effect(who, action, resource, identity=policy(allow())) is INCONCLUSIVE


def test_a_policy_read_from_text_is_as_good() -> None:
    text = json.dumps({"Version": "2012-10-17", "Statement": allow("s3:*")})
    assert effect(user(), "s3:ListAllMyBuckets", identity=parse(text)) is ALLOWED
