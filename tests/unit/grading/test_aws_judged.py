import pytest

from grading.aws_judged import iam_finding, trust_finding
from grading.findings import Finding, UndecidableError
from grading.spec_aws import IamCheck, TrustCheck
from labs.core.errors import UnreachableError
from tests.unit.grading.fake_aws import OTHER, OWN, STRANGER, FakeAws, allow, deny, role_arn, view_on

OBJECT = "arn:aws:s3:::papers/1.txt"
GITHUB = f"arn:aws:iam::{OWN}:oidc-provider/token.actions.githubusercontent.com"
CLAIM = "token.actions.githubusercontent.com:"


def iam(aws: FakeAws, principal: str, *, allowed: bool, **check: object) -> Finding:
    asked = {"actions": ["s3:GetObject"], "resources": [OBJECT]} | check
    return iam_finding(IamCheck.model_validate({"principal": principal, "allowed": allowed, **asked}), view_on(aws))


def trust(aws: FakeAws, role: str, principal: str, *, allowed: bool, **check: object) -> Finding:
    asked = {"role": role, "principal": principal, "allowed": allowed, **check}
    return trust_finding(TrustCheck.model_validate(asked), view_on(aws))


@pytest.fixture
def aws() -> FakeAws:
    aws = FakeAws()
    aws.bucket("papers")
    return aws


@pytest.mark.parametrize("allowed", [True, False])
def test_what_aws_would_do_is_held_against_what_is_wanted(aws: FakeAws, *, allowed: bool) -> None:
    reader = aws.role("reader", allow("s3:GetObject"))
    finding = iam(aws, reader, allowed=allowed)
    assert finding.passed is allowed
    assert (finding.expected, finding.actual) == ("allowed" if allowed else "not allowed", "allowed")
    assert "assumed-role/reader/review may s3:GetObject" in finding.reason.en
    assert "puede s3:GetObject" in finding.reason.es


def test_the_first_that_is_otherwise_is_named(aws: FakeAws) -> None:
    reader = aws.role("reader", allow("s3:GetObject"))
    finding = iam(aws, reader, allowed=True, actions=["s3:GetObject", "s3:PutObject", "s3:DeleteObject"])
    assert not finding.passed
    assert "may not s3:PutObject" in finding.reason.en
    assert "no identity-based policy allows it" in finding.reason.en


def test_how_many_more_are_as_they_should_be_is_said(aws: FakeAws) -> None:
    reader = aws.role("reader", allow("s3:*"))
    finding = iam(aws, reader, allowed=True, actions=["s3:GetObject", "s3:PutObject"], resources=[OBJECT, OBJECT + "x"])
    assert finding.passed
    assert finding.reason.en.endswith("Likewise 3 more.")
    assert finding.reason.es.endswith("Y así 3 más.")


@pytest.mark.parametrize("allowed", [True, False])
@pytest.mark.parametrize("principal", [role_arn("gone"), role_arn("path/reader"), f"arn:aws:iam::{OWN}:user/gone"])
def test_to_delete_the_principal_is_no_fix(aws: FakeAws, principal: str, *, allowed: bool) -> None:
    aws.role("reader", allow("*"))
    aws.refuse("iam", "GetRole", "NoSuchEntity", RoleName="gone")
    aws.refuse("iam", "GetUser", "NoSuchEntity", UserName="gone")
    finding = iam(aws, principal, allowed=allowed)
    assert not finding.passed
    assert finding.reason.en == f"There is no {principal}."
    assert finding.actual == "absent"


def test_what_cannot_be_said_is_no_verdict(aws: FakeAws) -> None:
    odd = allow("s3:GetObject", Condition={"IpAddress": {"aws:SourceIp": "no-address"}})
    reader = aws.role("reader", odd, allow("s3:PutObject"))
    context = {"aws:SourceIp": "10.0.0.1"}
    with pytest.raises(UndecidableError, match="cannot be said"):
        iam(aws, reader, allowed=True, context=context)
    with pytest.raises(UndecidableError, match="cannot be said"):
        iam(aws, reader, allowed=True, actions=["s3:PutObject", "s3:GetObject"], context=context)


def test_evidence_against_outweighs_doubt(aws: FakeAws) -> None:
    odd = allow("s3:GetObject", Condition={"IpAddress": {"aws:SourceIp": "no-address"}})
    reader = aws.role("reader", odd)
    finding = iam(
        aws, reader, allowed=True, actions=["s3:GetObject", "s3:PutObject"], context={"aws:SourceIp": "10.0.0.1"}
    )
    assert not finding.passed
    assert "s3:PutObject" in finding.reason.en


def test_nobody_answering_is_no_verdict(aws: FakeAws) -> None:
    aws.is_down = True
    with pytest.raises(UnreachableError):
        iam(aws, role_arn("reader"), allowed=False)
    aws.is_down = False
    aws.refuse("iam", "GetRole", "AccessDenied", RoleName="reader")
    with pytest.raises(UnreachableError, match="refuses the grader"):
        iam(aws, role_arn("reader"), allowed=False)


def test_a_members_role_is_held_by_its_organization() -> None:
    aws = FakeAws()
    elsewhere = {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}
    aws.organization(unit=[deny("*", Sid="Home", Condition=elsewhere)])
    worker = aws.role("worker", allow("*"), account=OTHER)
    asked = {"actions": ["ec2:RunInstances"], "resources": ["*"]}
    assert iam(aws, worker, allowed=True, **asked).passed
    finding = iam(aws, worker, allowed=False, context={"aws:RequestedRegion": "us-west-2"}, **asked)
    assert finding.passed
    assert "statement Home of the service control policy" in finding.reason.en
    assert "(Work)" in finding.reason.en


def test_a_check_looks_anew_each_time(aws: FakeAws) -> None:
    reader = aws.role("reader", allow("s3:GetObject"))
    check = IamCheck(principal=reader, actions=("s3:GetObject",), resources=(OBJECT,), allowed=True)
    view = view_on(aws)
    assert iam_finding(check, view).passed
    aws.role("reader")
    assert not iam_finding(check, view).passed


@pytest.mark.parametrize(("principal", "is_let_in"), [
    ("ec2.amazonaws.com", True), ("lambda.amazonaws.com", False), (STRANGER, False),
    (f"arn:aws:iam::{STRANGER}:user/eve", False),
])  # fmt: skip
def test_a_role_trusts_whom_its_policy_names(aws: FakeAws, principal: str, *, is_let_in: bool) -> None:
    worker = aws.role("worker")
    assert trust(aws, worker, principal, allowed=is_let_in).passed
    assert not trust(aws, worker, principal, allowed=not is_let_in).passed


def test_another_account_is_trusted_whole_or_by_its_role(aws: FakeAws) -> None:
    root = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{STRANGER}:root"}, "Action": "sts:AssumeRole"}
    asks = root | {"Condition": {"StringEquals": {"sts:ExternalId": "secret"}}}
    whole, careful = aws.role("whole", trust=[root]), aws.role("careful", trust=[asks])
    assert trust(aws, whole, STRANGER, allowed=True).passed
    assert trust(aws, careful, STRANGER, allowed=False).passed
    assert trust(aws, careful, STRANGER, context={"sts:ExternalId": "secret"}, allowed=True).passed


def test_one_of_the_labs_own_needs_to_be_allowed_at_home_too(aws: FakeAws) -> None:
    account = {"Effect": "Allow", "Principal": {"AWS": OWN}, "Action": "sts:AssumeRole"}
    target = aws.role("target", trust=[account])
    assert trust(aws, target, aws.role("idle"), allowed=False).passed
    assert trust(aws, target, aws.role("busy", allow("sts:AssumeRole")), allowed=True).passed


@pytest.mark.parametrize("allowed", [True, False])
def test_to_delete_the_role_is_no_fix(aws: FakeAws, *, allowed: bool) -> None:
    aws.refuse("iam", "GetRole", "NoSuchEntity", RoleName="gone")
    assert not trust(aws, role_arn("gone"), STRANGER, allowed=allowed).passed
    worker = aws.role("worker")
    assert not trust(aws, worker, role_arn("gone"), allowed=allowed).passed


def test_a_role_of_nobodys_is_the_checks_mistake(aws: FakeAws) -> None:
    for role in (role_arn("theirs", STRANGER), "worker", f"arn:aws:iam::{OWN}:user/worker"):
        with pytest.raises(UndecidableError, match="no role of the lab's"):
            trust(aws, role, STRANGER, allowed=False)


def github_role(aws: FakeAws, subject: str) -> str:
    aws.put("iam", "GetOpenIDConnectProvider", {"ClientIDList": ["sts.amazonaws.com"]}, OpenIDConnectProviderArn=GITHUB)
    condition = {"StringEquals": {f"{CLAIM}aud": "sts.amazonaws.com"}, "StringLike": {f"{CLAIM}sub": subject}}
    statement = {"Effect": "Allow", "Principal": {"Federated": GITHUB}, "Action": "sts:AssumeRoleWithWebIdentity"}
    return aws.role("ci", trust=[statement | {"Condition": condition}])


@pytest.mark.parametrize(("subject", "asks", "is_let_in"), [
    ("repo:acme/app:ref:refs/heads/main", "repo:acme/app:ref:refs/heads/main", True),
    ("repo:acme/app:*", "repo:evil/app:ref:refs/heads/main", False),
    ("repo:*", "repo:evil/app:ref:refs/heads/main", True),
])  # fmt: skip
def test_a_token_is_held_against_the_trust(aws: FakeAws, subject: str, asks: str, *, is_let_in: bool) -> None:
    role = github_role(aws, subject)
    context = {f"{CLAIM}sub": asks, f"{CLAIM}aud": "sts.amazonaws.com"}
    asked = {"operation": "AssumeRoleWithWebIdentity", "context": context}
    assert trust(aws, role, GITHUB, allowed=is_let_in, **asked).passed
    assert not trust(aws, role, GITHUB, allowed=not is_let_in, **asked).passed


def test_a_provider_takes_tokens_for_its_audiences_only(aws: FakeAws) -> None:
    role = github_role(aws, "repo:acme/app:*")
    asked = {
        "operation": "AssumeRoleWithWebIdentity",
        "context": {f"{CLAIM}sub": "repo:acme/app:x", f"{CLAIM}AUD": "x"},
    }
    finding = trust(aws, role, GITHUB, allowed=False, **asked)
    assert finding.passed
    assert "takes tokens for sts.amazonaws.com, not for x" in finding.reason.en


@pytest.mark.parametrize(("kind", "operation", "parameter"), [
    ("oidc", "GetOpenIDConnectProvider", "OpenIDConnectProviderArn"), ("saml", "GetSAMLProvider", "SAMLProviderArn"),
])  # fmt: skip
def test_a_provider_that_is_gone_vouches_for_nobody(aws: FakeAws, kind: str, operation: str, parameter: str) -> None:
    provider = f"arn:aws:iam::{OWN}:{kind}-provider/acme"
    aws.refuse("iam", operation, "NoSuchEntity", **{parameter: provider})
    call = "AssumeRoleWithWebIdentity" if kind == "oidc" else "AssumeRoleWithSAML"
    statement = {"Effect": "Allow", "Principal": {"Federated": provider}, "Action": f"sts:{call}"}
    role = aws.role("staff", trust=[statement])
    finding = trust(aws, role, provider, operation=call, allowed=False)
    assert finding.passed
    assert "There is no identity provider" in finding.reason.en
    aws.put("iam", operation, {}, **{parameter: provider})
    assert trust(aws, role, provider, operation=call, allowed=True).passed
