"""The gate, around an application that tells what it was let see."""

import json
from collections.abc import Iterable
from typing import Any

import pytest

from provisioner.emulated.incell.gate import Gate

TOKEN = "only the grader knows"  # noqa: S105 - of this test


def heard(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [])
    return [json.dumps({key: environ[key] for key in environ if key.startswith("HTTP_X_MOTO")}).encode()]


def ask(gate: Gate, path: str = "/", method: str = "POST", **headers: str) -> tuple[str, dict[str, Any]]:
    said: list[str] = []
    environ = {"PATH_INFO": path, "REQUEST_METHOD": method, **{f"HTTP_{key}": value for key, value in headers.items()}}
    body = b"".join(gate(environ, lambda status, _: said.append(status)))
    return said[0], json.loads(body)


@pytest.fixture(name="gate")
def a_gate() -> Gate:
    return Gate(heard, token=TOKEN, account="111111111111")


def test_only_the_grader_chooses_an_account(gate: Gate) -> None:
    assert ask(gate, X_MOTO_ACCOUNT_ID="222222222222") == ("200 OK", {})
    assert ask(gate, X_TALLER_TOKEN=TOKEN)[1] == {"HTTP_X_MOTO_ACCOUNT_ID": "111111111111"}
    named = ask(gate, X_TALLER_TOKEN=TOKEN, X_TALLER_ACCOUNT="333333333333")
    assert named[1] == {"HTTP_X_MOTO_ACCOUNT_ID": "333333333333"}
    assert ask(gate, X_TALLER_TOKEN=TOKEN[:-1], X_TALLER_ACCOUNT="333333333333")[1] == {}


@pytest.mark.parametrize("path", ["/moto-api/data.json", "/moto-api/reset", "/latest/meta-data/", "/_taller/state"])
def test_nobody_reaches_motos_controls(gate: Gate, path: str) -> None:
    assert ask(gate, path)[0] == "404 Not Found"
    if not path.startswith("/_taller"):
        assert ask(gate, path, X_TALLER_TOKEN=TOKEN)[0] == "404 Not Found"


def test_a_frozen_account_answers_the_grader_alone(gate: Gate) -> None:
    assert ask(gate, "/_taller/freeze")[0] == "404 Not Found"
    assert ask(gate, "/_taller/freeze", method="GET", X_TALLER_TOKEN=TOKEN)[0] == "404 Not Found"
    assert ask(gate)[0] == "200 OK"
    assert ask(gate, "/_taller/freeze", X_TALLER_TOKEN=TOKEN)[1] == {"frozen": True, "account": "111111111111"}
    assert ask(gate)[0] == "403 Forbidden"
    assert ask(gate, X_TALLER_TOKEN=TOKEN)[0] == "200 OK"


def test_standing_lasts_as_long_as_the_request() -> None:
    standings: list[bool] = []

    def looks(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        standings.append(gate.standing.unrestricted)
        return heard(environ, start_response)

    gate = Gate(looks, token=TOKEN, account="1")
    ask(gate, X_TALLER_TOKEN=TOKEN)
    ask(gate, X_TALLER_TOKEN=TOKEN, X_TALLER_ENFORCE="1")
    ask(gate)
    assert standings == [True, False, False]
    assert not gate.standing.unrestricted
