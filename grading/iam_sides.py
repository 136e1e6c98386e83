"""Who asks, with all that limits them, and who is asked: the two sides of a question that IAM decides."""

import re
from dataclasses import dataclass, field, replace

from grading.findings import UndecidableError
from grading.iam_account import Holder, Iam
from grading.iam_organization import RCP, SCP, Organization, organization_of
from labs.core.aws import AwsReader
from labs.core.iam.decision import Level
from labs.core.iam.document import Policy, parse
from labs.core.iam.request import Given, Kind, Principal

ANONYMOUS = "anonymous"
SESSION = "review"
"""A role acts in sessions; this one's name stands for all where a check names none."""
WEB_PROVIDERS = ("cognito-identity.amazonaws.com", "www.amazon.com", "graph.facebook.com", "accounts.google.com")
"""Identity providers that AWS knows without an ARN.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""
_ARN = re.compile(
    r"arn:(?P<partition>[^:]+):(iam|sts)::(?P<account>\d{12}):"
    r"(?P<kind>root|(?:user|role|assumed-role|oidc-provider|saml-provider)(?=/))(/(?P<rest>.+))?"
)
_SERVICE = re.compile(r"[a-z0-9.-]+\.(amazonaws\.com(\.cn)?|aws\.internal)")
_ACCOUNT = re.compile(r"\d{12}")


@dataclass(frozen=True, slots=True)
class Side:
    """The principal and what applies to it. `missing` names it where the lab's account has no such principal."""

    principal: Principal
    identity: tuple[Policy, ...] = ()
    boundary: Policy | None = None
    scps: tuple[Level, ...] = ()
    context: dict[str, Given] = field(default_factory=dict)
    """Condition keys that follow from who it is."""
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Lab:
    """The lab's accounts, as the grader reads them."""

    aws: AwsReader
    organization: Organization

    @classmethod
    def seen(cls, aws: AwsReader) -> "Lab":
        """The lab behind the reader."""
        return cls(aws, organization_of(aws))

    def has(self, account: str) -> bool:
        """Whether it is one of the lab's accounts."""
        return account in self.organization.accounts

    def iam(self, account: str) -> Iam:
        """IAM of one of the lab's accounts."""
        return Iam(self.aws, account)

    def has_role(self, arn: str) -> bool:
        """Whether one of the lab's accounts has the role. Raises UndecidableError for a role of another account."""
        found = _ARN.fullmatch(arn)
        if not found or found["kind"] != "role" or not self.has(found["account"]):
            raise UndecidableError(f"{arn} is no role of the lab's.")
        return self.iam(found["account"]).has_role(arn)

    def limits_on(self, owner: str) -> tuple[Level, ...]:
        """The resource control policies over what that account has."""
        return self.organization.levels(owner, RCP) if self.has(owner) else ()

    def membership(self, account: str, who: str) -> dict[str, Given]:
        """aws:PrincipalOrgID and its like (`who` is "Principal" or "Resource") for one of the lab's accounts."""
        if not self.organization.id or not self.has(account):
            return {}
        path = self.organization.entity_path(account)
        return {f"aws:{who}OrgID": self.organization.id} | ({f"aws:{who}OrgPaths": (path,)} if path else {})

    def side(self, name: str, *, session: str = "") -> Side:
        """The side that `name` means: see IamCheck.principal. Raises UndecidableError for what names nobody."""
        found = _ARN.fullmatch(name)
        if not found:
            return self._unnamed(name)
        account, kind = found["account"], found["kind"]
        if kind.endswith("-provider"):
            return Side(Principal(name, account, Kind.FEDERATED))
        if kind == "root":
            return self._limited(Side(Principal(name, account, Kind.ROOT)))
        if kind == "user":
            return self._user(name, account)
        in_session = kind == "assumed-role"
        role, _, given = found["rest"].rpartition("/") if in_session else (found["rest"], "", session or SESSION)
        arn = f"arn:{found['partition']}:sts::{account}:assumed-role/{role.rpartition('/')[2]}/{given}"
        return self._role(Principal(arn, account, Kind.SESSION, issuer_arn="" if in_session else name))

    def _unnamed(self, name: str) -> Side:
        """Whom no ARN names: anybody, somebody of an account, a service, one of the web's identity providers."""
        if name == ANONYMOUS:
            return Side(Principal("", "", Kind.ANONYMOUS))
        if name in WEB_PROVIDERS:
            return Side(Principal(name, "", Kind.FEDERATED))
        if _SERVICE.fullmatch(name):
            return Side(Principal(name, "", Kind.SERVICE))
        if not _ACCOUNT.fullmatch(name):
            raise UndecidableError(f"{name!r} names no principal: give an ARN, twelve digits, a service or anonymous.")
        if self.has(name):
            raise UndecidableError(f"{name} is the lab's own: the check must name one of its users or roles.")
        return _stranger(Principal(f"arn:aws:sts::{name}:assumed-role/anybody/{SESSION}", name, Kind.SESSION))

    def _user(self, arn: str, account: str) -> Side:
        principal = Principal(arn, account, Kind.USER)
        if not self.has(account):
            return _stranger(principal)
        holder = self.iam(account).user(arn.rpartition("/")[2])
        if holder is None or holder.arn != arn:
            return Side(principal, missing=arn)
        return self._limited(_with(replace(principal, user_id=holder.id, tags=holder.tags), holder))

    def _role(self, principal: Principal) -> Side:
        if not self.has(principal.account):
            return _stranger(principal)
        wanted = principal.role_arn
        holder = self.iam(principal.account).role(wanted.rpartition("/")[2])
        if holder is None or (principal.issuer_arn and holder.arn != wanted):
            return Side(principal, missing=wanted)
        user_id = f"{holder.id}:{principal.arn.rpartition('/')[2]}"
        known = replace(principal, issuer_arn=holder.arn, user_id=user_id, tags=holder.tags)
        side = _with(known, holder)
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html: it is there
        # whenever credentials are temporary, and nobody told of a second factor.
        return self._limited(replace(side, context={"aws:MultiFactorAuthPresent": "false"}))

    def _limited(self, side: Side) -> Side:
        """With what the organization says of its account."""
        account = side.principal.account
        if not self.has(account):
            return side
        context = {**side.context, **self.membership(account, "Principal")}
        return replace(side, scps=self.organization.levels(account, SCP), context=context)


def _with(principal: Principal, holder: Holder) -> Side:
    return Side(principal, holder.identity, holder.boundary)


def _stranger(principal: Principal) -> Side:
    """Somebody of an account that is not the lab's: its own policies are not known, and assumed to allow."""
    everything = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    return Side(principal, (parse(everything, name=f"{principal.account}/*"),))
