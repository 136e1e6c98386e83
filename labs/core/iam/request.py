"""Who asks for what, and what AWS would add to the request by itself."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from labs.core.errors import InputError
from labs.core.iam.truth import Words

Value = str | bool | int | float | bytes
Given = Value | Iterable[Value] | None
"""A context key's value: one, several, or None for a key that is absent. Bytes are compared by BinaryEquals."""

TRUST_ACTIONS = {
    "sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity", "sts:tagsession",
    "sts:setsourceidentity", "sts:setcontext",
}  # fmt: skip
"""What a role's trust policy decides on."""


class Kind(StrEnum):
    """What sort of principal makes the request."""

    USER = "user"
    ROLE = "role"
    """A role whose session's name is not known. Prefer SESSION."""
    SESSION = "assumed-role"
    FEDERATED_USER = "federated-user"
    """A session of sts:GetFederationToken."""
    FEDERATED = "federated"
    """Somebody for whom an OIDC or SAML provider vouches, on the way to assume a role. Afterwards they are SESSION."""
    SERVICE = "service"
    ROOT = "root"
    ANONYMOUS = "anonymous"


_PRINCIPAL_TYPES = {
    Kind.USER: "User", Kind.ROLE: "AssumedRole", Kind.SESSION: "AssumedRole", Kind.FEDERATED_USER: "FederatedUser",
    Kind.ROOT: "Account", Kind.ANONYMOUS: "Anonymous",
}  # fmt: skip
_HAS_ARN = {Kind.USER, Kind.ROLE, Kind.SESSION, Kind.FEDERATED_USER, Kind.ROOT}
_IS_TEMPORARY = {Kind.ROLE, Kind.SESSION, Kind.FEDERATED_USER}
_SESSION_ARN = re.compile(r"arn:([^:]+):sts::(\d+):assumed-role/([^/]+)/.+")
_ALWAYS_PRESENT = {
    "aws:currenttime", "aws:epochtime", "aws:securetransport", "aws:requestedregion", "aws:useragent", "aws:userid",
    "aws:principaltype",
}  # fmt: skip
"""Keys without which AWS sees no request: one that lacks them here was not described fully."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks.

    `arn`: of the user, the session (`arn:aws:sts::...:assumed-role/ROLE/SESSION`), the root user; of the identity
    provider for FEDERATED; a service's name (`ec2.amazonaws.com`) for SERVICE; empty for ANONYMOUS.
    """

    arn: str
    account: str
    """Twelve digits; empty for SERVICE and ANONYMOUS."""
    kind: Kind
    tags: Mapping[str, str] = field(default_factory=dict)
    """Of the user or role, and the session's own."""
    issuer_arn: str = ""
    """The role behind a SESSION, the user behind a FEDERATED_USER. A session's is derived when the role has no path."""
    user_id: str = ""
    """`aws:userid`."""

    @property
    def role_arn(self) -> str:
        """The role of a ROLE or SESSION, empty for others."""
        if self.kind is Kind.ROLE:
            return self.arn
        if self.kind is not Kind.SESSION or self.issuer_arn:
            return self.issuer_arn if self.kind is Kind.SESSION else ""
        found = _SESSION_ARN.fullmatch(self.arn)
        return f"arn:{found[1]}:iam::{found[2]}:role/{found[3]}" if found else ""

    @property
    def is_service_linked(self) -> bool:
        """Whether it acts with a service-linked role, which no organization's policy limits."""
        return ":role/aws-service-role/" in self.role_arn


_KINDS = (
    (r"arn:[^:]+:iam::(\d+):user/.+", Kind.USER),
    (r"arn:[^:]+:iam::(\d+):role/.+", Kind.ROLE),
    (r"arn:[^:]+:sts::(\d+):assumed-role/.+", Kind.SESSION),
    (r"arn:[^:]+:sts::(\d+):federated-user/.+", Kind.FEDERATED_USER),
    (r"arn:[^:]+:iam::(\d+):(?:oidc|saml)-provider/.+", Kind.FEDERATED),
    (r"arn:[^:]+:iam::(\d+):root", Kind.ROOT),
    (r"()[a-z0-9.-]+\.amazonaws\.com(?:\.cn)?", Kind.SERVICE),
    ("()", Kind.ANONYMOUS),
)
"""Forms are compiled when first used: most processes that import this need none."""


def principal_of(
    arn: str, *, tags: Mapping[str, str] | None = None, issuer_arn: str = "", user_id: str = ""
) -> Principal:
    """The principal that an ARN, a service's name or (anonymous) nothing names. Raises InputError for anything else."""
    for form, kind in _KINDS:
        if found := re.fullmatch(form, arn):
            return Principal(arn, found[1], kind, tags or {}, issuer_arn, user_id)
    raise InputError(f"No principal of AWS has the name {arn!r}.")


@dataclass(frozen=True, slots=True)
class Request:
    """One call. For an operation without a resource `resource` is "*"."""

    principal: Principal
    action: str
    """`service:Operation` in any case."""
    resource: str
    resource_account: str = ""
    """Who owns the resource. Empty: the ARN's account; if it has none (S3), the principal's."""
    context: Mapping[str, Given] = field(default_factory=dict)
    """Condition keys in any case. What follows from the other fields is added; what is given here wins."""

    @property
    def service(self) -> str:
        """The action's service, lower case."""
        return self.action.partition(":")[0].lower()

    @property
    def owner(self) -> str:
        """The resource's account."""
        parts = self.resource.split(":", 5)
        in_arn = parts[4] if len(parts) > 5 else ""  # noqa: PLR2004 - an ARN's six parts
        return self.resource_account or in_arn or self.principal.account

    @property
    def is_trust(self) -> bool:
        """Whether it is for a role's trust policy to decide."""
        return self.action.lower() in TRUST_ACTIONS and ":role/" in self.resource

    @property
    def is_for_key(self) -> bool:
        """Whether it is for a KMS key's policy to decide."""
        return self.service == "kms" and ":key/" in self.resource


@dataclass(frozen=True, slots=True)
class Context:
    """What conditions and variables read: keys in lower case."""

    values: Mapping[str, tuple[str, ...]]
    unclear: Mapping[str, Words]
    """Keys that say two things."""
    expected: frozenset[str] = frozenset()
    """Keys that AWS would have filled in and that are not given."""

    def find(self, key: str) -> tuple[str, ...] | None:
        """The key's values; None when it is absent."""
        return self.values.get(key.lower())

    def doubt(self, key: str) -> Words | None:
        """Why the key cannot be relied on; None when it can."""
        lower = key.lower()
        if lower in self.expected and lower not in self.values:
            return Words(
                f"a policy asks for {key}, which every such request has and this one does not give",
                f"una política pregunta por {key}, que toda petición así lleva y que esta no indica",
            )
        return self.unclear.get(lower)


def context_of(request: Request) -> Context:
    """The request's context as AWS would see it.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """
    given: dict[str, tuple[str, ...]] = {}
    unclear: dict[str, Words] = {}
    for key, value in [*_tags(request.principal), *request.context.items()]:
        if value is None:
            continue
        lower, texts = key.lower(), _texts(value)
        if given.setdefault(lower, texts) != texts:
            unclear[lower] = Words(
                f"{key} is given twice, in different case", f"{key} aparece dos veces, con distintas mayúsculas"
            )
    values = {**_derived(request), **given}
    expected = _ALWAYS_PRESENT | ({"aws:tokenissuetime"} if request.principal.kind in _IS_TEMPORARY else set())
    return Context(values, unclear, frozenset(expected))


def _tags(principal: Principal) -> list[tuple[str, Given]]:
    return [(f"aws:PrincipalTag/{key}", value) for key, value in principal.tags.items()]


def _derived(request: Request) -> dict[str, tuple[str, ...]]:
    principal = request.principal
    is_service = principal.kind is Kind.SERVICE
    texts = {
        "aws:principaltype": _PRINCIPAL_TYPES.get(principal.kind, ""),
        "aws:principalarn": (principal.role_arn or principal.arn) if principal.kind in _HAS_ARN else "",
        "aws:principalaccount": "anonymous" if principal.kind is Kind.ANONYMOUS else principal.account,
        "aws:username": principal.arn.rpartition("/")[2] if principal.kind is Kind.USER else "",
        "aws:userid": "anonymous" if principal.kind is Kind.ANONYMOUS else principal.user_id,
        "aws:resourceaccount": request.owner,
        "aws:principalisawsservice": str(is_service).lower(),
        "aws:principalservicename": principal.arn if is_service else "",
        "aws:viaawsservice": "false",
    }
    if principal.kind in (Kind.FEDERATED, Kind.SERVICE):
        texts["aws:principalaccount"] = ""
    return {key: (text,) for key, text in texts.items() if text}


def _texts(value: Given) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str | bool | int | float | bytes):
        return (_text(value),)
    return tuple(_text(each) for each in value)


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, bytes):
        from base64 import b64encode  # noqa: PLC0415 - rarely needed

        return b64encode(value).decode()
    return str(value)
