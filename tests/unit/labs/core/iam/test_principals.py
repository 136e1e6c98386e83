from typing import Any

import pytest

from labs.core.iam.document import PrincipalElement, parse
from labs.core.iam.principals import is_denied, reach_of_allow
from labs.core.iam.request import Kind, Principal
from labs.core.iam.truth import NO, YES, Truth
from tests.unit.labs.core.iam.asking import ANYBODY, A, B, provider, root, service, session, user

BOB = user("Bob")
ROLE = f"arn:aws:iam::{A}:role/read-only"
AUDIT = session("read-only", "audit-app")


def element(principal: Any, field: str = "Principal") -> PrincipalElement:
    parsed = parse({"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*", field: principal}})
    assert parsed.statements[0].principals is not None
    return parsed.statements[0].principals


def denied_but(names: list[str], who: Principal, *, has_boundary: bool = False) -> Truth:
    return is_denied(element({"AWS": names}, "NotPrincipal"), who, has_boundary=has_boundary)


class TestNotPrincipalWithDeny:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html"""

    BOTH = (BOB.arn, f"arn:aws:iam::{A}:root")
    ALL_THREE = (AUDIT.arn, ROLE, f"arn:aws:iam::{A}:root")

    def test_a_user_with_their_account_is_excepted(self) -> None:
        assert denied_but([*self.BOTH], BOB) == NO
        assert denied_but([*self.BOTH], user("Eve", account=B)) == YES
        assert denied_but([*self.BOTH], service("sns.amazonaws.com")) == YES
        assert denied_but([*self.BOTH], ANYBODY) == YES
        assert denied_but([*self.BOTH], root()) == NO

    def test_a_session_with_role_and_account_is_excepted(self) -> None:
        assert denied_but([*self.ALL_THREE], AUDIT) == NO
        assert denied_but([*self.ALL_THREE], session("other", account=B)) == YES

    @pytest.mark.parametrize(
        ("names", "who"),
        [
            ([BOB.arn], BOB),
            ([f"arn:aws:iam::{A}:root"], BOB),
            ([ROLE, f"arn:aws:iam::{A}:root"], AUDIT),
            ([AUDIT.arn], AUDIT),
            ([AUDIT.arn, f"arn:aws:iam::{A}:root"], AUDIT),
            ([ROLE, f"arn:aws:iam::{A}:root"], Principal(ROLE, A, Kind.ROLE)),
        ],
    )
    def test_a_part_of_them_might_not_be_enough(self, names: list[str], who: Principal) -> None:
        assert denied_but(names, who).is_unknown

    def test_a_boundary_undoes_the_exception(self) -> None:
        assert denied_but([*self.BOTH], BOB, has_boundary=True) == YES

    def test_everybody_is_excepted(self) -> None:
        assert denied_but(["*"], BOB) == NO


class TestNotPrincipalWithAllow:
    def test_everybody_else_is_meant(self) -> None:
        allowing = element({"AWS": BOB.arn}, "NotPrincipal")
        assert reach_of_allow(allowing, BOB).is_meant == NO
        other = reach_of_allow(allowing, user("Eve"))
        assert other.is_meant == YES
        assert other.direct.is_unknown


@pytest.mark.parametrize("who", [BOB, AUDIT, root(), service("sns.amazonaws.com"), ANYBODY, provider("arn:x")])
@pytest.mark.parametrize("everybody", ["*", {"AWS": "*"}])
def test_a_deny_for_everybody_means_everybody(who: Principal, everybody: Any) -> None:
    assert is_denied(element(everybody), who, has_boundary=False) == YES


def test_a_deny_for_the_account_means_all_in_it() -> None:
    for who in (BOB, AUDIT, root()):
        assert is_denied(element({"AWS": A}), who, has_boundary=False) == YES
        assert is_denied(element({"AWS": B}), who, has_boundary=False) == NO


def test_a_deny_for_the_role_means_its_sessions() -> None:
    assert is_denied(element({"AWS": ROLE}), AUDIT, has_boundary=False) == YES
    assert is_denied(element({"AWS": ROLE + "s"}), AUDIT, has_boundary=False) == NO


def test_a_role_s_path_is_part_of_its_name() -> None:
    pathed = session("read-only", "audit-app", issuer_arn=f"arn:aws:iam::{A}:role/team/read-only")
    assert reach_of_allow(element({"AWS": f"arn:aws:iam::{A}:role/team/read-only"}), pathed).limited == YES
    assert reach_of_allow(element({"AWS": ROLE}), pathed).is_meant == NO


def test_names_have_case_and_no_wildcards() -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html"""
    assert reach_of_allow(element({"AWS": BOB.arn.replace("Bob", "bob")}), BOB).is_meant == NO
    assert reach_of_allow(element({"AWS": f"arn:aws:iam::{A}:user/*"}), BOB).is_meant.is_unknown
    assert reach_of_allow(element({"AWS": f"arn:aws:iam::{B}:user/*"}), BOB).is_meant == NO
    assert reach_of_allow(element({"AWS": f"arn:aws:iam::{A}:role/*"}), AUDIT).is_meant.is_unknown


def test_canonical_users_are_not_modelled() -> None:
    assert reach_of_allow(element({"CanonicalUser": "79a59df900b949e55d96"}), BOB).is_meant.is_unknown


def test_types_of_principals_do_not_mix() -> None:
    assert reach_of_allow(element({"Service": "sns.amazonaws.com"}), BOB).is_meant == NO
    assert reach_of_allow(element({"Federated": "sns.amazonaws.com"}), service("sns.amazonaws.com")).is_meant == NO
    assert reach_of_allow(element({"AWS": "sns.amazonaws.com"}), service("sns.amazonaws.com")).is_meant == NO


def test_an_account_does_not_allow_its_providers_identities_and_may_deny_them() -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html"""
    somebody = provider(f"arn:aws:iam::{A}:oidc-provider/token.actions.githubusercontent.com")
    assert reach_of_allow(element({"AWS": A}), somebody).direct == NO
    assert is_denied(element({"AWS": A}), somebody, has_boundary=False).is_unknown
    assert denied_but([A], somebody).is_unknown
    assert is_denied(element({"AWS": B}), somebody, has_boundary=False) == NO
    assert denied_but([B], somebody) == YES
