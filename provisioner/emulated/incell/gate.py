"""The only door to moto: it tells the grader from everybody else, and closes when the lab is frozen.

The grader knows a token of the lab's; with it come the powers that a candidate must not have: requests that no
policy restricts, in any account, freezing, and telling what issuers of identities publish. Everybody else is
authenticated and authorised like a client of AWS.
"""

import hmac
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from threading import local
from typing import Any

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

TOKEN_HEADER = "X-Taller-Token"  # noqa: S105 - the header's name
ACCOUNT_HEADER = "X-Taller-Account"
"""Grader only: in which account an unrestricted request happens."""
ENFORCE_HEADER = "X-Taller-Enforce"
"""Grader only: "1" asks for the request to be judged like anybody's, by the credentials that signed it."""
CONTROL_PATH = "/_taller/"

_MOTO_ACCOUNT = "HTTP_X_MOTO_ACCOUNT_ID"
_PRIVATE_PATHS = ("/moto-api", "/latest/", CONTROL_PATH)
"""moto's own controls (reset, every object there is) and its pretence of an instance's metadata service."""


@dataclass
class Standing:
    """Who makes the request that the current thread serves."""

    unrestricted: bool = False


class Gate:
    """A WSGI application around moto's."""

    def __init__(self, moto: Application, *, token: str, account: str) -> None:
        self._moto = moto
        self._token = token
        self._account = account
        self._is_frozen = False
        self._standing = local()
        self.issuers: dict[str, Mapping[str, Any]] = {}
        """Issuers of identities that the account can look up: URL → JWKS."""

    @property
    def standing(self) -> Standing:
        """The standing of the current thread's request; nobody's outside of one."""
        return getattr(self._standing, "value", Standing())

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """See PEP 3333."""
        path = str(environ.get("PATH_INFO", ""))
        is_grader = hmac.compare_digest(_header(environ, TOKEN_HEADER).encode(), self._token.encode())
        environ.pop(_MOTO_ACCOUNT, None)  # moto would let it choose the account
        if is_grader and path.startswith(CONTROL_PATH):
            return self._controlled(path.removeprefix(CONTROL_PATH), environ, start_response)
        if path.startswith(_PRIVATE_PATHS):
            return _answer(start_response, "404 Not Found", {"message": "Not Found"})
        if self._is_frozen and not is_grader:
            return _answer(start_response, "403 Forbidden", {"__type": "LabFrozen", "message": "This lab is frozen."})
        unrestricted = is_grader and _header(environ, ENFORCE_HEADER) != "1"
        if unrestricted:
            environ[_MOTO_ACCOUNT] = _header(environ, ACCOUNT_HEADER) or self._account
        self._standing.value = Standing(unrestricted)
        try:
            return self._moto(environ, start_response)
        finally:
            self._standing.value = Standing()

    def _controlled(self, verb: str, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if verb == "freeze" and environ["REQUEST_METHOD"] == "POST":
            self._is_frozen = True
        elif verb == "issuers" and environ["REQUEST_METHOD"] == "POST":
            self.issuers |= json.load(environ["wsgi.input"])  # the grader's own: as trusted as its token
        elif verb != "state":
            return _answer(start_response, "404 Not Found", {"message": f"no control {verb}"})
        return _answer(start_response, "200 OK", {"frozen": self._is_frozen, "account": self._account})


def _header(environ: Environ, name: str) -> str:
    return str(environ.get(f"HTTP_{name.upper().replace('-', '_')}", ""))


def _answer(start_response: StartResponse, status: str, body: dict[str, Any]) -> Iterable[bytes]:
    text = json.dumps(body).encode()
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(text)))])
    return [text]
