"""Whether an API server serves, asked from outside. That it does not is evidence only while its node lives."""

import http.client
import ssl
from collections.abc import Callable
from urllib.parse import urlsplit

from labs.core.errors import UnreachableError
from labs.core.probes import ApiAnswer
from provisioner.kubernetes.credentials import Credentials, tls_context

ASK_SECONDS = 5.0
_SAID_BYTES = 2000


def ask(found: Credentials, path: str, *, is_alive: Callable[[], bool]) -> ApiAnswer:
    """The API server's answer to a GET, or how its node refused: no listener, no TLS that can be believed.

    Raises UnreachableError when the node itself does not answer (no route, silence) or does not live: that is ours.
    """
    try:
        return _asked(found, path)
    except ssl.SSLError as error:  # an OSError too
        refusal = f"TLS: {error.reason or error}"
    except (ConnectionRefusedError, ConnectionResetError, http.client.HTTPException) as error:
        refusal = f"{type(error).__name__}: {error}"
    except OSError as error:
        raise UnreachableError(f"The node of the API server does not answer: {error}") from error
    if not is_alive():
        raise UnreachableError(f"The node of the API server does not live any more ({refusal}).")
    return ApiAnswer(0, refusal)


def _asked(found: Credentials, path: str) -> ApiAnswer:
    place = urlsplit(found.server)
    headers = {"Authorization": f"Bearer {found.token}"} if found.token else {}
    connection = http.client.HTTPSConnection(
        place.hostname or "", place.port or 443, timeout=ASK_SECONDS, context=tls_context(found)
    )
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return ApiAnswer(answer.status, answer.read(_SAID_BYTES).decode(errors="replace"))
    finally:
        connection.close()
