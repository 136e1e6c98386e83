"""Whom a Principal element means, and how: AWS treats a grant to an ARN otherwise than one to its role or account.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
"""

from dataclasses import dataclass

from labs.core.iam.document import PrincipalElement
from labs.core.iam.matching import is_plain_match
from labs.core.iam.request import Kind, Principal
from labs.core.iam.truth import NO, YES, Truth, any_of, negated, truth_of, unknown

_ACCOUNT_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Reach:
    """How an element means the principal."""

    direct: Truth = NO
    """By its own ARN or as everybody: neither boundary nor session policy limits what is allowed so."""
    limited: Truth = NO
    """By the role or user behind the session: boundary and session policy limit it."""
    delegated: Truth = NO
    """By its account, whose own policies decide."""

    @property
    def is_meant(self) -> Truth:
        """Whether it is meant at all."""
        return any_of((self.direct, self.limited, self.delegated))


NOWHERE = Reach()
"""The principal is not meant."""


def reach_of_allow(element: PrincipalElement, principal: Principal) -> Reach:
    """How an Allow statement means the principal."""
    if element.is_inverted:
        return _everybody_but(element, principal)
    reaches = [_reach(kind, name, principal) for kind, name in element.values]
    return Reach(
        any_of(reach.direct for reach in reaches),
        any_of(reach.limited for reach in reaches),
        any_of(reach.delegated for reach in reaches),
    )


def is_denied(element: PrincipalElement, principal: Principal, *, has_boundary: bool) -> Truth:
    """Whether a Deny statement means the principal."""
    if element.is_inverted:
        return _is_denied_but(element, principal, has_boundary=has_boundary)
    if any(name == "*" for kind, name in element.values if kind in ("*", "AWS")):
        return YES
    return any_of(_reach(kind, name, principal).is_meant for kind, name in element.values)


def _reach(kind: str, name: str, principal: Principal) -> Reach:
    if kind in ("*", "AWS"):
        return _reach_of_aws(name, principal)
    if kind == "CanonicalUser":
        return Reach(unknown("canonical user ids are not modelled", "los id de usuario canónicos no se modelan"))
    sort = {"Service": Kind.SERVICE, "Federated": Kind.FEDERATED}[kind]
    return Reach(truth_of(principal.kind is sort and name == principal.arn))


def _reach_of_aws(name: str, principal: Principal) -> Reach:
    if name == "*":
        return _reach_of_everybody(principal)
    if principal.kind in (Kind.SERVICE, Kind.ANONYMOUS):
        return NOWHERE
    if principal.kind is Kind.FEDERATED:
        return _reach_of_provider(name, principal)
    if "*" in name or "?" in name:
        return _refused(name, principal)
    if account := _account_in(name):
        is_own = truth_of(account == principal.account)
        return Reach(is_own) if principal.kind is Kind.ROOT else Reach(delegated=is_own)
    return _reach_of_arn(name, principal)


def _reach_of_everybody(principal: Principal) -> Reach:
    if principal.kind is not Kind.FEDERATED:
        return Reach(YES)
    return Reach(
        unknown(
            'AWS does not say whether "*" allows whom an identity provider vouches for',
            'AWS no dice si "*" permite a quien avala un proveedor de identidad',
        )
    )


def _reach_of_provider(name: str, principal: Principal) -> Reach:
    """An account never allows its providers' identities (only `Federated` does); whether it denies them is not said."""
    account = _account_in(name)
    if not account or f":{account}:" not in principal.arn:
        return NOWHERE
    return Reach(
        delegated=unknown(
            "AWS does not say whether an account stands for the identities of its providers",
            "AWS no dice si una cuenta representa a las identidades de sus proveedores",
        )
    )


def _reach_of_arn(name: str, principal: Principal) -> Reach:
    if principal.kind is Kind.ROLE:
        session = f":assumed-role/{principal.arn.rpartition('/')[2]}/"
        if session in name and f":{principal.account}:" in name:
            return Reach(unknown(f"the session's name is not known ({name})", f"no se conoce la sesión ({name})"))
        return Reach(limited=truth_of(name == principal.arn))
    behind = principal.role_arn or principal.issuer_arn
    return Reach(truth_of(name == principal.arn), truth_of(bool(behind) and name == behind))


def _refused(name: str, principal: Principal) -> Reach:
    candidates = (principal.arn, principal.role_arn, principal.issuer_arn)
    if not any(is_plain_match(name, arn) for arn in candidates if arn):
        return NOWHERE
    return Reach(unknown(
        f"AWS has no wildcards in a principal's name ({name})", f"AWS no admite comodines en un principal ({name})"
    ))  # fmt: skip


def _account_in(name: str) -> str:
    """The account that `111122223333` and `arn:aws:iam::111122223333:root` name, or empty."""
    if name.isdigit() and len(name) == _ACCOUNT_DIGITS:
        return name
    parts = name.split(":")
    return parts[4] if parts[2:4] == ["iam", ""] and parts[5:] == ["root"] else ""


def _everybody_but(element: PrincipalElement, principal: Principal) -> Reach:
    excluded = any_of(_reach(kind, name, principal).is_meant for kind, name in element.values)
    if excluded == YES:
        return NOWHERE
    doubt = unknown(
        "AWS advises against Allow with NotPrincipal and does not say how boundaries limit it",
        "AWS desaconseja Allow con NotPrincipal y no dice cómo la limita un límite de permisos",
    )
    return Reach(doubt, limited=truth_of(excluded == NO), delegated=truth_of(excluded == NO))


def _is_denied_but(element: PrincipalElement, principal: Principal, *, has_boundary: bool) -> Truth:
    """Account, role and session are checked one after the other, so an exception must name every one of them.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html, and for boundaries
    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
    """
    if has_boundary:
        return YES
    reaches = [_reach(kind, name, principal) for kind, name in element.values]
    if ("*", "*") in element.values or ("AWS", "*") in element.values:
        return NO
    if principal.kind in (Kind.SERVICE, Kind.FEDERATED, Kind.ANONYMOUS, Kind.ROOT):
        return negated(any_of(reach.is_meant for reach in reaches))
    named = [any(reach.direct == YES for reach in reaches), any(reach.delegated == YES for reach in reaches)]
    if principal.kind is not Kind.USER:
        named.append(any(reach.limited == YES for reach in reaches))
    if all(named) or (not any(named) and all(reach.is_meant == NO for reach in reaches)):
        return truth_of(not all(named))
    return unknown(
        "NotPrincipal excepts only a part of account, role and session, and AWS says that this may deny",
        "NotPrincipal exceptúa solo parte de cuenta, rol y sesión, y AWS dice que eso puede denegar",
    )
