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


class TestTraps:
    def test_not_action_with_deny_denies_what_was_forgotten(self) -> None:
        """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html"""
        guarded = policy(
            allow(),
            {"Effect": "Deny", "NotAction": "iam:*", "Resource": "*",
             "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}},
        )  # fmt: skip
        assert effect(user(), "s3:ListAllMyBuckets", identity=guarded) is EXPLICIT
        assert effect(user(), "iam:GetUser", identity=guarded) is ALLOWED
        mfa = {"aws:MultiFactorAuthPresent": True}
        assert effect(user(), "s3:ListAllMyBuckets", identity=guarded, context=mfa) is ALLOWED

    def test_bool_without_if_exists_does_not_deny_who_has_no_such_key(self) -> None:
        """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-multifactorauthpresent"""
        guarded = policy(allow(), deny(Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}}))
        assert effect(user(), "s3:ListAllMyBuckets", identity=guarded) is ALLOWED

    def test_not_action_with_allow_allows_every_other_service(self) -> None:
        assert effect(
            user(), "s3:ListAllMyBuckets",
            identity=policy({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}),
        ) is ALLOWED  # fmt: skip

    def test_for_all_values_allows_who_names_no_tag(self) -> None:
        """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html"""
        condition = {"ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}}
        tagging = policy(allow("ec2:CreateTags", Condition=condition))
        closed = policy(allow("ec2:CreateTags", Condition={**condition, "Null": {"aws:TagKeys": "false"}}))
        assert effect(user(), "ec2:CreateTags", identity=tagging) is ALLOWED
        assert effect(user(), "ec2:CreateTags", identity=closed) is IMPLICIT
        assert effect(user(), "ec2:CreateTags", identity=closed, context={"aws:TagKeys": ["team"]}) is ALLOWED

    def test_tag_keys_are_compared_without_case(self) -> None:
        tagged = policy(
            allow("iam:*AccessKey*", Condition={"StringEquals": {"aws:PrincipalTag/Job-Category": "admin"}})
        )
        assert effect(user(tags={"job-category": "admin"}), "iam:ListAccessKeys", identity=tagged) is ALLOWED
        assert effect(user(tags={"job-category": "Admin"}), "iam:ListAccessKeys", identity=tagged) is IMPLICIT
        doubled = user(tags={"job-category": "admin", "Job-Category": "other"})
        assert effect(doubled, "iam:ListAccessKeys", identity=tagged) is INCONCLUSIVE

    def test_run_instances_needs_if_exists_for_what_is_no_instance(self) -> None:
        """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_IfExists"""
        image = "arn:aws:ec2:eu-west-1::image/ami-1"
        for operator, expected in (("StringLike", IMPLICIT), ("StringLikeIfExists", ALLOWED)):
            running = policy(allow("ec2:RunInstances", Condition={operator: {"ec2:InstanceType": ["t1.*", "t2.*"]}}))
            assert effect(user(), "ec2:RunInstances", image, owner=A, identity=running) is expected

    def test_a_principal_in_an_identity_policy_is_what_aws_refuses(self) -> None:
        assert effect(user(), "s3:GetObject", identity=policy(allow(Principal="*"))) is INCONCLUSIVE
        assert effect(user(), "ec2:StopInstances", identity=policy(allow("s3:*", Principal="*"))) is IMPLICIT

    def test_a_resource_policy_without_principal_is_what_aws_refuses(self) -> None:
        assert effect(user(), "s3:GetObject", "arn:aws:s3:::b/x", on=policy(allow())) is INCONCLUSIVE

    def test_an_unknown_deny_leaves_an_allow_inconclusive_and_a_refusal_refused(self) -> None:
        odd = policy(deny(Condition={"StringMatches": {"aws:username": "x"}}), name="odd")
        decision = ask(user(), "s3:ListAllMyBuckets", identity=(policy(allow()), odd))
        assert decision.effect is INCONCLUSIVE
        assert [(reason.policy, reason.stage) for reason in decision.reasons] == [("odd", Stage.IDENTITY)]
        assert effect(user(), "s3:ListAllMyBuckets", identity=odd) is IMPLICIT

    def test_what_aws_would_have_known_is_asked_for(self) -> None:
        dated = policy(allow(Condition={"DateLessThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"}}))
        assert effect(user(), "s3:ListAllMyBuckets", identity=dated) is INCONCLUSIVE
        now = {"aws:CurrentTime": "2026-01-01T00:00:00Z"}
        assert effect(user(), "s3:ListAllMyBuckets", identity=dated, context=now) is ALLOWED

    def test_temporary_credentials_have_an_issue_time(self) -> None:
        """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Null"""
        long_term = policy(allow("ec2:*", Condition={"Null": {"aws:TokenIssueTime": "true"}}))
        assert effect(user(), "ec2:DescribeVpcs", identity=long_term) is ALLOWED
        issued = {"aws:TokenIssueTime": "2026-01-01T00:00:00Z"}
        assert effect(session(), "ec2:DescribeVpcs", identity=long_term, context=issued) is IMPLICIT
        assert effect(session(), "ec2:DescribeVpcs", identity=long_term) is INCONCLUSIVE


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
