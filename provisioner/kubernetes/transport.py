"""HTTP to one API server: retries, deadlines, and every library's error translated.

Raw REST over urllib3 (the transport of the official client) rather than the official client itself: importing that one
costs 0.3 s (0.9 s without byte code), its dynamic discovery a second more, and a grade of three scenarios has four.
"""

import http.client
import json
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import urllib3

from labs.core.errors import UnreachableError
from provisioner.kubernetes.credentials import Credentials, tls_context

RETRY_DELAYS_SECONDS = (0.1, 0.3, 1.0)
"""Pauses between tries: an API server that restarts its listener or a webhook answers within them; a dead one costs
1.4 s, so that a grade of a dead lab still ends at once."""

ANSWER_MAX_BYTES = 64 * 1024 * 1024
"""A list of everything in a lab is a few MiB; more is an attack on the grader's memory."""

_TRANSIENT = frozenset({408, 429, 500, 502, 503, 504})
_LIBRARY_ERRORS = (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError)

Query = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """An API server's answer: the status and the body as JSON (a Kubernetes Status when refused)."""

    status: int
    body: Any

    @property
    def is_ok(self) -> bool:
        """Whether the server did what was asked."""
        return 200 <= self.status < 300  # noqa: PLR2004

    @property
    def message(self) -> str:
        """The server's own words."""
        return str(self.body.get("message", "")) if isinstance(self.body, dict) else ""

    @property
    def reason(self) -> str:
        """The machine-readable reason of a refusal, such as NotFound."""
        return str(self.body.get("reason", "")) if isinstance(self.body, dict) else ""


class Transport:
    """Connections to one API server; safe to share between threads."""

    def __init__(
        self, found: Credentials, *, timeout_seconds: float = 10.0, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.credentials = found
        self._sleep = sleep
        place = urlsplit(found.server)
        self.tls = None if found.is_plain else tls_context(found)
        timeout = urllib3.Timeout(connect=min(3.0, timeout_seconds), read=timeout_seconds)
        port = place.port or (80 if found.is_plain else 443)
        host = place.hostname or ""
        self._pool: urllib3.HTTPConnectionPool = (
            urllib3.HTTPConnectionPool(host, port, maxsize=16, timeout=timeout, retries=False)
            if self.tls is None
            else urllib3.HTTPSConnectionPool(
                host, port, maxsize=16, timeout=timeout, retries=False, ssl_context=self.tls
            )
        )

    @property
    def headers(self) -> dict[str, str]:
        """What every request carries."""
        bearer = {"Authorization": f"Bearer {self.credentials.token}"} if self.credentials.token else {}
        return {"Accept": "application/json", "User-Agent": "kubernetes-client", **bearer}

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        body: object = None,
        content_type: str = "application/json",
        accept: str = "application/json",
        transient: Collection[int] = _TRANSIENT,
    ) -> Answer:
        """Return the server's answer, whatever its status below 500.

        Repeated on broken connections and on `transient` statuses (408, 429, 5xx), so every call must be one that may
        run twice. Raises UnreachableError when no try was answered.
        """
        headers = {"Accept": accept} if body is None else {"Accept": accept, "Content-Type": content_type}
        data = self._bytes(method, _target(path, query), body, headers, transient)
        try:
            return Answer(data[0], json.loads(data[1]) if data[1] else {})
        except ValueError as error:
            if data[0] == http.client.NOT_FOUND:  # a kind that is just going away is refused in plain words
                return Answer(http.client.NOT_FOUND, {})
            raise UnreachableError(f"The API server's answer to {method} {path} is not JSON.") from error

    def text(self, path: str, *, query: Query | None = None) -> tuple[int, str]:
        """Return the status and the body as text (logs). Raises UnreachableError like `call`."""
        status, data = self._bytes("GET", _target(path, query), None, {})
        return status, data.decode(errors="replace")

    @contextmanager
    def watch(self, path: str, *, query: Query, timeout_seconds: float) -> Iterator[Iterator[dict[str, Any]]]:
        """Give the events of a watch, until the server or the time ends it. Raises UnreachableError."""
        seconds = max(1, int(timeout_seconds))
        target = _target(path, {**query, "watch": "1", "timeoutSeconds": str(seconds)})
        with _translated("GET", path):
            answer = self._pool.urlopen(
                "GET",
                target,
                headers=self.headers,
                preload_content=False,
                timeout=urllib3.Timeout(connect=3.0, read=timeout_seconds + 1),
            )
            try:
                if answer.status != http.client.OK:
                    raise UnreachableError(f"A watch of {path} was answered with {answer.status}.")
                yield (json.loads(line) for line in _lines(answer))
            finally:
                answer.close()

    def close(self) -> None:
        """No connection is left open."""
        self._pool.close()

    def _bytes(
        self,
        method: str,
        target: str,
        body: object,
        more: Mapping[str, str],
        transient: Collection[int] = _TRANSIENT,
    ) -> tuple[int, bytes]:
        payload = None if body is None else json.dumps(body).encode()
        headers = {**self.headers, **more}
        trouble: UnreachableError | None = None
        for delay in (*RETRY_DELAYS_SECONDS, None):
            try:
                status, data = self._once(method, target, payload, headers)
            except UnreachableError as error:
                trouble = error
            else:
                if status not in transient:
                    return status, data
                words = data[:300].decode(errors="replace")
                path = target.partition("?")[0]
                trouble = UnreachableError(f"The API server answers {method} {path} with {status}: {words}")
            if delay is not None:
                self._sleep(delay)
        raise trouble or UnreachableError(f"{method} {target} was not answered.")

    def _once(self, method: str, target: str, payload: bytes | None, headers: dict[str, str]) -> tuple[int, bytes]:
        with _translated(method, target):
            answer = self._pool.urlopen(method, target, body=payload, headers=headers, preload_content=False)
            try:
                data = answer.read(ANSWER_MAX_BYTES + 1)
            finally:
                answer.release_conn()
            if len(data) > ANSWER_MAX_BYTES:
                answer.close()
                raise UnreachableError(f"The API server's answer to {method} {target} is larger than 64 MiB.")
            return answer.status, data


def _target(path: str, query: Query | None) -> str:
    return f"{path}?{urlencode(query)}" if query else path


def _lines(answer: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
    pending = b""
    for chunk in answer.stream(65536):
        pending += chunk
        while b"\n" in pending:
            line, _, pending = pending.partition(b"\n")
            yield line


@contextmanager
def _translated(method: str, target: str) -> Iterator[None]:
    try:
        yield
    except _LIBRARY_ERRORS as error:
        raise UnreachableError(f"{method} {target.partition('?')[0]}: {error}") from error
    except ValueError as error:
        raise UnreachableError(f"{method} {target.partition('?')[0]} was answered with nonsense: {error}") from error
