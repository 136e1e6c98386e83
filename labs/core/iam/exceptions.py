"""Requests that AWS decides by who makes them, and those about which policies cannot be asked."""

from labs.core.iam.decision import Decision, Effect, Reason, Stage
from labs.core.iam.request import TRUST_ACTIONS, Kind, Request
from labs.core.iam.truth import Words

_BY_PROVIDER = {"sts:assumerolewithsaml", "sts:assumerolewithwebidentity"}
_IDENTITY_CALL = Words(
    "AWS answers this to everybody with credentials, even under an explicit deny",
    "AWS responde a esto a cualquiera con credenciales, incluso con una denegación explícita",
)
_ROOT_ASSUMES = Words("the root user cannot assume roles", "el usuario raíz no puede asumir roles")
_NO_ACTION = Words("it names no single action", "no nombra una sola acción")
_NO_ROLE = Words("it names no role", "no nombra ningún rol")
_PROVIDER_ONLY = Words(
    "whom an identity provider vouches for can only assume a role, and then is its session",
    "quien avala un proveedor de identidad solo puede asumir un rol, y entonces es su sesión",
)
_PROVIDER_MISSING = Words(
    "it is not said which identity provider vouches for the caller",
    "no se dice qué proveedor de identidad avala a quien llama",
)
_NOT_MODELLED = Words(
    "this call has rules of its own, which are not modelled", "esta llamada tiene reglas propias, que no se modelan"
)


def exception_for(request: Request) -> Decision | None:
    """The decision where AWS looks at no policy; None for every other request.

    https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
    https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
    """
    action, kind = request.action.lower(), request.principal.kind
    if action == "sts:getcalleridentity" and kind is not Kind.ANONYMOUS:
        return _decision(Effect.ALLOWED, _IDENTITY_CALL, request)
    if kind is Kind.ROOT and action == "sts:assumerole":
        return _decision(Effect.IMPLICIT_DENY, _ROOT_ASSUMES, request)
    return None


def misfit_of(request: Request) -> Decision | None:
    """Why policies, unless they deny it, do not answer the request; None when they do.

    https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
    """
    doubt = _doubt(request.action.lower(), request.principal.kind, request)
    return _decision(Effect.INCONCLUSIVE, doubt, request) if doubt else None


def _doubt(action: str, kind: Kind, request: Request) -> Words | None:
    if ":" not in action or "*" in action or "?" in action:
        return _NO_ACTION
    if action in TRUST_ACTIONS and not request.is_trust:
        return _NO_ROLE
    if kind is Kind.FEDERATED and action not in TRUST_ACTIONS - {"sts:assumerole"}:
        return _PROVIDER_ONLY
    if action in _BY_PROVIDER and kind is not Kind.FEDERATED:
        return _PROVIDER_MISSING
    if action == "sts:getsessiontoken" or (kind is Kind.FEDERATED_USER and request.service in ("iam", "sts")):
        return _NOT_MODELLED
    return None


def _decision(effect: Effect, words: Words, request: Request) -> Decision:
    return Decision(effect, (Reason(Stage.PRINCIPAL, words),), request)
