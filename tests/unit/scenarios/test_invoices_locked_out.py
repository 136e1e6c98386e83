from base64 import b64encode
from typing import Any

import pytest

from labs.core.probes import HttpRequest, ProbeAnswer
from tests.unit.scenarios.systems import CATALOGUE, System, http, system

SCENARIO = CATALOGUE["invoices_locked_out"]
PASSWORD = SCENARIO.variant({**SCENARIO.draw("x").parameters, "place": "password"})
USERNAME = SCENARIO.variant({**SCENARIO.draw("x").parameters, "place": "username"})
APP = str(PASSWORD.parameters["app"])
USER, SECRET = f"{APP}_{PASSWORD.parameters['suffix']}", str(PASSWORD.parameters["password"])
CHECK = "credentials-come-from-a-secret"


def store(request: HttpRequest) -> ProbeAnswer:
    login = b64encode(f"{USER}:{SECRET}".encode()).decode()
    return http(200 if ("Authorization", f"Basic {login}") in request.headers else 401)


def asked(variant: Any, manifests: Any) -> System:
    found = system(variant, manifests)
    found.answers(store)
    return found


def with_env(env: list[dict[str, Any]], env_from: list[dict[str, Any]] | None = None) -> System:
    found = asked(PASSWORD, PASSWORD.broken)
    found.container()["env"] = env
    found.container()["envFrom"] = env_from or []
    return found


def reference(variable: str, secret: str, key: str) -> dict[str, Any]:
    return {"name": variable, "valueFrom": {"secretKeyRef": {"name": secret, "key": key}}}


@pytest.mark.parametrize("variant", [PASSWORD, USERNAME])
def test_healthy_passes_and_the_fault_fails(variant: Any) -> None:
    assert asked(variant, variant.healthy).finding(CHECK).passed
    finding = asked(variant, variant.broken).finding(CHECK)
    assert not finding.passed
    assert finding.actual == "401"


def test_the_store_s_own_secret_is_as_good() -> None:
    auth = f"{APP}-store-auth"
    assert (
        with_env([reference("STORE_USER", auth, "username"), reference("STORE_PASSWORD", auth, "password")])
        .finding(CHECK)
        .passed
    )


def test_a_whole_secret_as_environment_is_as_good() -> None:
    found = with_env([], [{"secretRef": {"name": "mine"}, "prefix": "STORE_"}])
    data = {"USER": b64encode(USER.encode()).decode(), "PASSWORD": b64encode(SECRET.encode()).decode()}
    found.sandbox.reader.put("v1", "Secret", "mine", PASSWORD.client.namespace, data=data)
    assert found.finding(CHECK).passed


@pytest.mark.parametrize(
    "password",
    [
        {"name": "STORE_PASSWORD", "value": SECRET},
        {"name": "STORE_PASSWORD", "valueFrom": {"configMapKeyRef": {"name": "x", "key": "y"}}},
        reference("STORE_PASSWORD", f"{APP}-store-auth", "passwort"),
        reference("STORE_PASSWORD", "nowhere", "password"),
        {"name": "UNRELATED", "value": "x"},
    ],
)
def test_other_sources_are_wrong_and_no_finding_shows_the_password(password: dict[str, Any]) -> None:
    finding = with_env([reference("STORE_USER", f"{APP}-store-auth", "username"), password]).finding(CHECK)
    assert not finding.passed
    assert "STORE_PASSWORD" in finding.reason.en
    assert SECRET not in str(finding)
