import pytest

from grading.findings import UndecidableError
from grading.iam_sides import Lab
from labs.core.iam.request import Kind
from tests.unit.grading.fake_aws import OTHER, OWN, STRANGER, FakeAws, allow, role_arn


def lab_of(aws: FakeAws) -> Lab:
    return Lab.seen(aws)


@pytest.mark.parametrize(("name", "kind", "arn"), [
    ("anonymous", Kind.ANONYMOUS, ""), ("ec2.amazonaws.com", Kind.SERVICE, "ec2.amazonaws.com"),
    ("accounts.google.com", Kind.FEDERATED, "accounts.google.com"),
    (f"arn:aws:iam::{OWN}:saml-provider/acme", Kind.FEDERATED, f"arn:aws:iam::{OWN}:saml-provider/acme"),
    (f"arn:aws:iam::{OWN}:root", Kind.ROOT, f"arn:aws:iam::{OWN}:root"),
    (STRANGER, Kind.SESSION, f"arn:aws:sts::{STRANGER}:assumed-role/anybody/review"),
    (f"arn:aws:iam::{STRANGER}:user/x/eve", Kind.USER, f"arn:aws:iam::{STRANGER}:user/x/eve"),
    (role_arn("x/spy", STRANGER), Kind.SESSION, f"arn:aws:sts::{STRANGER}:assumed-role/spy/review"),
    (f"arn:aws:sts::{STRANGER}:assumed-role/spy/monday", Kind.SESSION,
     f"arn:aws:sts::{STRANGER}:assumed-role/spy/monday"),
])  # fmt: skip
def test_whoever_is_named_is_understood(name: str, kind: Kind, arn: str) -> None:
    principal = lab_of(FakeAws()).side(name).principal
    assert (principal.kind, principal.arn) == (kind, arn)


@pytest.mark.parametrize("name", ["", "nobody", "*", "arn:aws:iam::1:role/x", f"arn:aws:iam::{OWN}:role", OWN,
                                  f"arn:aws:iam::{OWN}:group/staff", "arn:aws:s3:::bucket"])  # fmt: skip
def test_what_names_nobody_is_the_checks_mistake(name: str) -> None:
    with pytest.raises(UndecidableError):
        lab_of(FakeAws()).side(name)


def test_strangers_may_do_at_home_what_they_like() -> None:
    for name in (STRANGER, f"arn:aws:iam::{STRANGER}:user/eve", role_arn("spy", STRANGER)):
        side = lab_of(FakeAws()).side(name)
        assert [policy.name for policy in side.identity] == [f"{STRANGER}/*"]
        assert (side.scps, side.missing) == ((), "")


def test_a_role_acts_in_a_session() -> None:
    aws = FakeAws()
    aws.role("app/worker", allow("s3:*"), Tags=[{"Key": "team", "Value": "blue"}])
    side = lab_of(aws).side(role_arn("app/worker"), session="monday")
    principal = side.principal
    assert principal.arn == f"arn:aws:sts::{OWN}:assumed-role/worker/monday"
    assert (principal.role_arn, principal.user_id) == (role_arn("app/worker"), "AROAROLE:monday")
    assert principal.tags == {"team": "blue"}
    assert lab_of(aws).side(f"arn:aws:sts::{OWN}:assumed-role/worker/friday").principal.user_id == "AROAROLE:friday"


def test_a_member_brings_its_organization() -> None:
    aws = FakeAws()
    aws.organization()
    aws.role("worker", account=OTHER)
    side = lab_of(aws).side(role_arn("worker", OTHER))
    assert [level.name for level in side.scps] == ["Root", "Work", OTHER]
    assert side.context["aws:PrincipalOrgID"] == "o-1"
    assert side.context["aws:PrincipalOrgPaths"] == ("o-1/r-1/ou-1/",)
    assert not lab_of(FakeAws()).side(f"arn:aws:iam::{OWN}:root").context
