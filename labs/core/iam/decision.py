"""What a decision is made of, and what it is made from."""

from dataclasses import dataclass
from enum import StrEnum

from labs.core.iam.document import Policy
from labs.core.iam.request import Request
from labs.core.iam.truth import Words


class Effect(StrEnum):
    """What AWS would do."""

    ALLOWED = "allowed"
    IMPLICIT_DENY = "implicit-deny"
    EXPLICIT_DENY = "explicit-deny"
    INCONCLUSIVE = "inconclusive"
    """It cannot be said; the reasons say why. Never a failure of whoever wrote the policies."""


class Stage(StrEnum):
    """Where a decision falls, in the order in which AWS looks."""

    RCP = "resource control policy"
    SCP = "service control policy"
    RESOURCE = "resource-based policy"
    IDENTITY = "identity-based policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"
    PRINCIPAL = "principal"
    """What AWS allows or refuses a sort of principal whatever the policies say."""


@dataclass(frozen=True, slots=True)
class Level:
    """The policies attached to one level of the organization: its root, an organizational unit, the account."""

    name: str
    policies: tuple[Policy, ...]


@dataclass(frozen=True, slots=True)
class Policies:
    """All that applies to one request. What is left out does not exist, not: is not known."""

    identity: tuple[Policy, ...] = ()
    """Inline, attached, and those of the user's groups."""
    resource: Policy | None = None
    """Bucket policy, key policy, trust policy of the role that is to be assumed."""
    boundary: Policy | None = None
    session: tuple[Policy, ...] | None = None
    """Those passed when the session was made, of which one must allow. None: none was passed."""
    scps: tuple[Level, ...] = ()
    """From the root down to the principal's account, each of which must allow. Empty: no organization."""
    rcps: tuple[Level, ...] = ()
    """From the root down to the resource's account. RCPFullAWSAccess is always attached, given or not."""
    management_account: str = ""
    """Exempt from both kinds."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A statement, or the lack of one, that decided. `policy` and `statement` are empty where none did."""

    stage: Stage
    words: Words
    policy: str = ""
    statement: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What AWS would do, and why. An implicit deny may be an explicit one too where a Deny could not be judged."""

    effect: Effect
    reasons: tuple[Reason, ...]
    request: Request

    @property
    def is_allowed(self) -> bool:
        """Whether it is certain that AWS allows it."""
        return self.effect is Effect.ALLOWED
