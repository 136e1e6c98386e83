"""AssumeRoleWithWebIdentity: moto gives keys to whoever asks; AWS to whom an identity provider and the role vouch for.

AWS fetches an issuer's keys over the Internet, which a lab has not: whoever made the lab tells the gate what it would
find there. The rest is AWS's: the provider is registered, the signature is its, the time is right, the audience is one
of the provider's, and the role's trust policy lets the claims in.
https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
"""

from collections.abc import Mapping
from typing import Any

from labs.core.iam.decision import Policies
from labs.core.iam.evaluate import decide
from labs.core.iam.explain import explain
from labs.core.iam.request import Kind, Principal, Request
from provisioner.emulated.incell.policies import PARTITION, trust_of
from provisioner.emulated.incell.question import context_of
from provisioner.emulated.incell.refusals import answered_with, refusal

ACTION = "AssumeRoleWithWebIdentity"
Issuers = Mapping[str, Mapping[str, Any]]
"""Issuer's URL → its keys, a JWKS."""
_ALGORITHMS = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"]
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html"""
_BAD_REQUEST = 400
_MOST_CHARACTERS = 20_000
"""Of a token, as AWS has it."""


def is_web_identity(response: Any) -> bool:
    """Whether the request asks for a role's place with a token, which is all that vouches for it."""
    return bool(response.boto3_service_name == "sts" and response._get_action() == ACTION)  # noqa: SLF001 - see authority


def judge_web_identity(response: Any, issuers: Issuers) -> None:
    """Raise AWS's refusal unless the token and the role's trust policy let its bearer in."""
    role, token = str(response._get_param("RoleArn") or ""), str(response._get_param("WebIdentityToken") or "")  # noqa: SLF001
    account = role.split(":")[4] if role.count(":") >= 5 else ""  # noqa: PLR2004 - arn:partition:service:region:account:resource
    claims = _claims(response, token, issuers)
    name = str(claims["iss"]).removeprefix("https://")
    provider = _provider(account, name)
    if provider is None:
        raise _invalid(response, f"No OpenIDConnect provider found in your account for {claims['iss']}")
    audiences = _texts(claims.get("aud"))
    if not set(audiences) & set(provider.client_id_list):
        raise _invalid(response, "Incorrect token audience")
    context = context_of(response) | {f"{name}:sub": str(claims.get("sub", "")), f"{name}:aud": audiences[0]}
    who = Principal(provider.arn, account, Kind.FEDERATED)
    decision = decide(Request(who, f"sts:{ACTION}", role, account, context), Policies(resource=trust_of(role)))
    if not decision.is_allowed:
        raise refusal(response, f"Not authorized to perform sts:{ACTION}", explain(decision).en)


def _claims(response: Any, token: str, issuers: Issuers) -> dict[str, Any]:
    """What the token says, its signature and times verified."""
    from joserfc import jwt  # noqa: PLC0415 - moto brings it; a lab without tokens need not wait for it
    from joserfc.errors import ExpiredTokenError, JoseError  # noqa: PLC0415
    from joserfc.jwk import KeySet  # noqa: PLC0415

    if not token or len(token) > _MOST_CHARACTERS:
        raise _invalid(
            response, "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
        )
    try:
        issuer = str(_unverified(token).get("iss", ""))
        if issuer not in issuers:
            raise _invalid(response, f"Couldn't retrieve verification key from your identity provider {issuer}")
        found = jwt.decode(token, KeySet.import_key_set(issuers[issuer]), algorithms=_ALGORITHMS)  # type: ignore[arg-type]
        jwt.JWTClaimsRegistry(exp={"essential": True}, iss={"essential": True, "value": issuer}).validate(found.claims)
    except ExpiredTokenError:
        raise answered_with(response, "ExpiredTokenException", "Token expired", _BAD_REQUEST) from None
    except (JoseError, ValueError, KeyError) as error:
        raise _invalid(response, f"The token could not be verified: {type(error).__name__}") from None
    return dict(found.claims)


def _unverified(token: str) -> Mapping[str, Any]:
    """The claims as they stand there, to learn whose key is to be asked."""
    import json  # noqa: PLC0415
    from base64 import urlsafe_b64decode  # noqa: PLC0415

    part = token.split(".")[1] if token.count(".") == 2 else ""  # noqa: PLR2004 - header, claims, signature
    said = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return said if isinstance(said, dict) else {}


def _provider(account: str, name: str) -> Any:
    from moto.iam.models import iam_backends  # noqa: PLC0415 - after the account is set

    if not account.isdigit():
        return None
    arn = f"arn:{PARTITION}:iam::{account}:oidc-provider/{name}"
    return iam_backends[account][PARTITION].open_id_providers.get(arn)


def _texts(value: Any) -> list[str]:
    return [str(each) for each in value] or [""] if isinstance(value, list) else [str(value or "")]


def _invalid(response: Any, message: str) -> Exception:
    return answered_with(response, "InvalidIdentityToken", message, _BAD_REQUEST)
