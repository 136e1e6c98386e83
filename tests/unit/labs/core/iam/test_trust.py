"""Roles and keys: resources whose own policy must speak."""

from typing import Any

import pytest

from labs.core.iam.decision import Effect
from labs.core.iam.document import Policy
from labs.core.iam.request import Given, Principal
from tests.unit.labs.core.iam.asking import (
    ALLOWED,
    EXPLICIT,
    IMPLICIT,
    INCONCLUSIVE,
    A,
    B,
    allow,
    deny,
    effect,
    level,
    policy,
    provider,
    root,
    service,
    session,
    trust,
    user,
)  # fmt: skip

ROLE = f"arn:aws:iam::{A}:role/deploy"
MAY_ASSUME = policy(allow("sts:AssumeRole", ROLE), name="may-assume")


def assumes(who: Principal, on: Policy | None, **more: Any) -> Effect:
    return effect(who, "sts:AssumeRole", ROLE, on=on, **more)


class TestAssumeRole:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html"""

    @pytest.mark.parametrize("named", [A, f"arn:aws:iam::{A}:root"])
    def test_trust_in_the_own_account_delegates_to_identity_policies(self, named: str) -> None:
        assert assumes(user(), trust({"AWS": named})) is IMPLICIT
        assert assumes(user(), trust({"AWS": named}), identity=MAY_ASSUME) is ALLOWED

    def test_trust_in_a_user_of_the_own_account_suffices(self) -> None:
        assert assumes(user(), trust({"AWS": user().arn})) is ALLOWED
        assert assumes(user("zhang"), trust({"AWS": user().arn}), identity=MAY_ASSUME) is IMPLICIT

    def test_an_identity_policy_never_suffices(self) -> None:
        assert assumes(user(), None, identity=policy(allow())) is IMPLICIT

    @pytest.mark.parametrize("named", [B, f"arn:aws:iam::{B}:user/carlossalazar", "*"])
    def test_across_accounts_both_must_agree(self, named: str) -> None:
        """https://docs.aws.amazon.com/IAM/latest/UserGuide/tutorial_cross-account-with-roles.html"""
        assert assumes(user(account=B), trust({"AWS": named})) is IMPLICIT
        assert assumes(user(account=B), trust({"AWS": named}), identity=MAY_ASSUME) is ALLOWED

    def test_trust_in_a_role_is_limited_by_its_boundary(self) -> None:
        on = trust({"AWS": f"arn:aws:iam::{A}:role/examplerole"})
        assert assumes(session(), on) is ALLOWED
        assert assumes(session(), on, boundary=policy(allow("s3:*"))) is IMPLICIT

    @pytest.mark.parametrize(("given", "expected"), [("12345", ALLOWED), ("54321", IMPLICIT), (None, IMPLICIT)])
    def test_external_id(self, given: str | None, expected: Effect) -> None:
        """https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html"""
        on = trust({"AWS": B}, Condition={"StringEquals": {"sts:ExternalId": "12345"}})
        found = assumes(user(account=B), on, identity=MAY_ASSUME, context={"sts:ExternalId": given})
        assert found is expected

    def test_services(self) -> None:
        """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-services"""
        on = trust({"Service": ["ecs.amazonaws.com", "elasticloadbalancing.amazonaws.com"]})
        assert assumes(service("ecs.amazonaws.com"), on) is ALLOWED
        assert assumes(service("ec2.amazonaws.com"), on) is IMPLICIT
        assert assumes(user(), on, identity=MAY_ASSUME) is IMPLICIT

    def test_the_root_user_assumes_nothing(self) -> None:
        """https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html"""
        assert assumes(root(), trust({"AWS": A})) is IMPLICIT

    def test_a_deny_anywhere_wins(self) -> None:
        on = trust({"AWS": user().arn})
        assert assumes(user(), on, identity=policy(deny("sts:*"))) is EXPLICIT
        assert assumes(user(), on, scps=(level("Root", policy(allow()), policy(deny("sts:AssumeRole"))),)) is EXPLICIT

    def test_tagging_the_session_is_asked_for_separately(self) -> None:
        """https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html"""
        on = trust({"AWS": user().arn})
        assert effect(user(), "sts:TagSession", ROLE, on=on) is IMPLICIT
        assert (
            effect(user(), "sts:TagSession", ROLE, on=trust({"AWS": user().arn}, ["sts:AssumeRole", "sts:TagSession"]))
            is ALLOWED
        )

    def test_a_resource_in_a_trust_policy_is_what_aws_refuses(self) -> None:
        assert assumes(user(), trust({"AWS": user().arn}, Resource="*")) is INCONCLUSIVE


GITHUB = f"arn:aws:iam::{A}:oidc-provider/token.actions.githubusercontent.com"
CLAIM = "token.actions.githubusercontent.com:"


def with_token(on: Policy, subject: str | None, audience: str = "sts.amazonaws.com", **more: Any) -> Effect:
    context: dict[str, Given] = {f"{CLAIM}aud": audience, f"{CLAIM}sub": subject}
    return effect(provider(GITHUB), "sts:AssumeRoleWithWebIdentity", ROLE, on=on, context=context, **more)


class TestGithubActions:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html#idp_oidc_Create_GitHub"""

    ON = trust(
        {"Federated": GITHUB},
        "sts:AssumeRoleWithWebIdentity",
        Condition={
            "StringEquals": {f"{CLAIM}aud": "sts.amazonaws.com"},
            "StringLike": {f"{CLAIM}sub": "repo:GitHubOrg/GitHubRepo:ref:refs/heads/GitHubBranch"},
        },
    )

    def test_only_the_branch_of_the_repository(self) -> None:
        assert with_token(self.ON, "repo:GitHubOrg/GitHubRepo:ref:refs/heads/GitHubBranch") is ALLOWED
        assert with_token(self.ON, "repo:GitHubOrg/GitHubRepo:ref:refs/heads/other") is IMPLICIT
        assert with_token(self.ON, "repo:GitHubOrg/GitHubRepo:pull_request") is IMPLICIT
        assert with_token(self.ON, "repo:Other/GitHubRepo:ref:refs/heads/GitHubBranch") is IMPLICIT

    def test_only_the_audience(self) -> None:
        subject = "repo:GitHubOrg/GitHubRepo:ref:refs/heads/GitHubBranch"
        assert with_token(self.ON, subject, audience="https://github.com/GitHubOrg") is IMPLICIT

    def test_a_wildcard_under_string_equals_is_an_asterisk(self) -> None:
        on = trust({"Federated": GITHUB}, "sts:AssumeRoleWithWebIdentity",
                   Condition={"StringEquals": {f"{CLAIM}sub": "repo:GitHubOrg/*"}})  # fmt: skip
        assert with_token(on, "repo:GitHubOrg/GitHubRepo:ref:refs/heads/main") is IMPLICIT

    def test_without_a_subject_every_repository_of_the_world_comes_in(self) -> None:
        on = trust({"Federated": GITHUB}, "sts:AssumeRoleWithWebIdentity",
                   Condition={"StringEquals": {f"{CLAIM}aud": "sts.amazonaws.com"}})  # fmt: skip
        assert with_token(on, "repo:Evil/Repo:ref:refs/heads/main") is ALLOWED

    @pytest.mark.parametrize("prefix", ["", "ForAllValues:"])
    def test_set_operators_open_the_door_when_the_claim_is_missing(self, prefix: str) -> None:
        on = trust({"Federated": GITHUB}, "sts:AssumeRoleWithWebIdentity",
                   Condition={f"{prefix}StringEquals": {f"{CLAIM}sub": "repo:GitHubOrg/x"}})  # fmt: skip
        assert with_token(on, None) is (ALLOWED if prefix else IMPLICIT)

    def test_another_provider_is_another_principal(self) -> None:
        on = trust({"Federated": f"arn:aws:iam::{A}:oidc-provider/gitlab.com"}, "sts:AssumeRoleWithWebIdentity")
        assert with_token(on, "repo:x") is IMPLICIT

    def test_the_wrong_action_allows_nothing(self) -> None:
        assert with_token(trust({"Federated": GITHUB}, "sts:AssumeRole"), "repo:x") is IMPLICIT

    def test_whether_everybody_includes_them_is_not_documented(self) -> None:
        assert with_token(trust("*", "sts:AssumeRoleWithWebIdentity"), "repo:x") is INCONCLUSIVE

    def test_a_resource_control_policy_reaches_them(self) -> None:
        """https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_examples.html"""
        rcp = policy(
            deny("sts:AssumeRoleWithWebIdentity", Principal="*",
                 Condition={"StringNotLikeIfExists": {f"{CLAIM}sub": "repo:GitHubOrg/*"}})
        )  # fmt: skip
        on = trust({"Federated": GITHUB}, "sts:AssumeRoleWithWebIdentity")
        assert with_token(on, "repo:Evil/x:y", rcps=(level("Root", rcp),)) is EXPLICIT
        assert with_token(on, "repo:GitHubOrg/x:y", rcps=(level("Root", rcp),)) is ALLOWED

    def test_they_do_nothing_but_assume_roles(self) -> None:
        assert effect(provider(GITHUB), "s3:GetObject", "arn:aws:s3:::b/x") is INCONCLUSIVE


class TestClusterServiceAccounts:
    """https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html"""

    ISSUER = "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE"
    PROVIDER = f"arn:aws:iam::{A}:oidc-provider/{ISSUER}"

    @pytest.mark.parametrize(
        ("subject", "expected"),
        [
            ("system:serviceaccount:default:my-service-account", ALLOWED),
            ("system:serviceaccount:kube-system:my-service-account", IMPLICIT),
            ("system:serviceaccount:default:default", IMPLICIT),
        ],
    )
    def test_only_the_service_account(self, subject: str, expected: Effect) -> None:
        on = trust(
            {"Federated": self.PROVIDER},
            "sts:AssumeRoleWithWebIdentity",
            Condition={
                "StringEquals": {
                    f"{self.ISSUER}:sub": "system:serviceaccount:default:my-service-account",
                    f"{self.ISSUER}:aud": "sts.amazonaws.com",
                }
            },
        )
        context: dict[str, Given] = {f"{self.ISSUER}:sub": subject, f"{self.ISSUER}:aud": "sts.amazonaws.com"}
        found = effect(provider(self.PROVIDER), "sts:AssumeRoleWithWebIdentity", ROLE, on=on, context=context)
        assert found is expected


class TestSaml:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_saml.html"""

    PROVIDER = f"arn:aws:iam::{A}:saml-provider/ExampleOrgSSOProvider"

    @pytest.mark.parametrize(
        ("audience", "affiliation", "expected"),
        [
            ("https://signin.aws.amazon.com/saml", ["staff", "student"], ALLOWED),
            ("https://signin.aws.amazon.com/saml", ["alum"], IMPLICIT),
            ("https://signin.aws.amazon.com/saml", None, IMPLICIT),
            ("https://elsewhere.example.com/saml", ["staff"], IMPLICIT),
        ],
    )
    def test_audience_and_attributes(self, audience: str, affiliation: list[str] | None, expected: Effect) -> None:
        on = trust(
            {"Federated": self.PROVIDER},
            "sts:AssumeRoleWithSAML",
            Condition={
                "StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"},
                "ForAnyValue:StringLike": {"saml:edupersonaffiliation": ["student", "staff"]},
            },
        )
        context: dict[str, Given] = {"saml:aud": audience, "saml:eduPersonAffiliation": affiliation}
        assert effect(provider(self.PROVIDER), "sts:AssumeRoleWithSAML", ROLE, on=on, context=context) is expected


class TestKeys:
    """https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html and key-policy-default.html"""

    KEY = f"arn:aws:kms:eu-west-1:{A}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    DEFAULT = policy(allow("kms:*", Sid="Enable IAM User Permissions", Principal={"AWS": f"arn:aws:iam::{A}:root"}))
    DECRYPT = policy(allow("kms:Decrypt", KEY))

    def decrypts(self, who: Principal, on: Policy | None, **more: Any) -> Effect:
        return effect(who, "kms:Decrypt", self.KEY, on=on, **more)

    def test_the_default_policy_enables_identity_policies(self) -> None:
        assert self.decrypts(user(), self.DEFAULT) is IMPLICIT
        assert self.decrypts(user(), self.DEFAULT, identity=self.DECRYPT) is ALLOWED

    def test_without_it_identity_policies_have_no_effect(self) -> None:
        on = policy(allow("kms:*", Principal={"AWS": f"arn:aws:iam::{A}:role/admin"}))
        assert self.decrypts(user(), on, identity=policy(allow())) is IMPLICIT
        assert self.decrypts(user(), None, identity=policy(allow())) is IMPLICIT

    def test_they_may_deny_all_the_same(self) -> None:
        on = policy(allow("kms:*", Principal={"AWS": user().arn}))
        assert self.decrypts(user(), on) is ALLOWED
        assert self.decrypts(user(), on, identity=policy(deny("kms:*"))) is EXPLICIT

    def test_not_even_the_root_user_may_without_it(self) -> None:
        assert self.decrypts(root(), self.DEFAULT) is ALLOWED
        assert self.decrypts(root(), policy(allow("kms:*", Principal={"AWS": user().arn}))) is IMPLICIT

    def test_across_accounts_both_must_agree(self) -> None:
        """https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html"""
        on = policy(allow("kms:Decrypt", Principal={"AWS": f"arn:aws:iam::{B}:root"}))
        assert self.decrypts(user(account=B), on) is IMPLICIT
        assert self.decrypts(user(account=B), on, identity=self.DECRYPT) is ALLOWED

    @pytest.mark.parametrize(("via", "expected"), [("s3.eu-west-1.amazonaws.com", ALLOWED), (None, IMPLICIT)])
    def test_use_through_a_service(self, via: str | None, expected: Effect) -> None:
        """https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service"""
        condition = {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}
        on = policy(allow("kms:Decrypt", Principal={"AWS": "*"}, Condition=condition))
        assert self.decrypts(user(), on, context={"kms:ViaService": via}) is expected

    def test_what_is_on_no_key_is_decided_as_usual(self) -> None:
        assert effect(user(), "kms:CreateKey", identity=policy(allow("kms:*"))) is ALLOWED
