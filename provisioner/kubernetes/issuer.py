"""What a cluster publishes about the tokens of its service accounts.

https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#service-account-issuer-discovery
"""

from collections.abc import Mapping
from typing import Any

from labs.core.errors import UnreachableError
from provisioner.kubernetes.transport import Transport

KEY_SET = "application/jwk-set+json"
"""In which alone an API server gives the keys."""


def issuer(transport: Transport) -> Mapping[str, Mapping[str, Any]]:
    """The issuer's URL and its keys, a JWKS. Raises UnreachableError when the API server does not tell."""
    described = _asked(transport, "/.well-known/openid-configuration")
    return {str(described.get("issuer", "")): _asked(transport, "/openid/v1/jwks", KEY_SET)}


def _asked(transport: Transport, path: str, accept: str = "application/json") -> Mapping[str, Any]:
    answer = transport.call("GET", path, accept=accept)
    if not answer.is_ok or not isinstance(answer.body, dict):
        raise UnreachableError(f"The cluster does not tell of its tokens: {path}: {answer.status} {answer.message}")
    return answer.body
