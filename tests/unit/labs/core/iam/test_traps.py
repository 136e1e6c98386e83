"""What is most often got wrong."""

from labs.core.iam.decision import Stage
from tests.unit.labs.core.iam.asking import (
    ALLOWED,
    EXPLICIT,
    IMPLICIT,
    INCONCLUSIVE,
    A,
    allow,
    ask,
    deny,
    effect,
    policy,
    session,
    user,
)  # fmt: skip


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
