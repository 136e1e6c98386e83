import json
from base64 import b64decode, b64encode
from typing import Any

import pytest

from labs.core.probes import HttpRequest, ProbeAnswer
from tests.unit.scenarios.systems import CATALOGUE, System, http, system

SCENARIO = CATALOGUE["orders_incident"]
VARIANT = SCENARIO.draw("x")
APP, NEIGHBOUR = str(VARIANT.parameters["app"]), str(VARIANT.parameters["neighbour"])
STORES = {f"{APP}-vault": f"{APP}-vault-auth", f"{NEIGHBOUR}-store": "common-credentials"}


def asked(*, broken: bool = True) -> System:
    found = system(VARIANT, VARIANT.broken if broken else VARIANT.healthy)
    # What the stores' own processes read when they started, which a later change of a Secret does not alter.
    logins = {store: _login(found, secret) for store, secret in STORES.items()}

    def answer(request: HttpRequest) -> ProbeAnswer:
        if request.url.endswith("/about"):
            env = {item["name"]: item.get("value", "") for item in found.container()["env"]}
            return http(200, json.dumps({"store_url": env.get("STORE_URL", "")}))
        store = request.url.removeprefix("http://").split(".")[0]
        return http(200 if ("Authorization", f"Basic {logins[store]}") in request.headers else 401)

    found.answers(answer)
    return found


def _login(found: System, secret: str) -> str:
    data = {key: b64decode(value).decode() for key, value in found.object("Secret", secret)["data"].items()}
    return b64encode(f"{data['username']}:{data['password']}".encode()).decode()


def reference(secret: str) -> list[dict[str, Any]]:
    names = {"STORE_USER": "username", "STORE_PASSWORD": "password"}
    return [{"name": n, "valueFrom": {"secretKeyRef": {"name": secret, "key": key}}} for n, key in names.items()]


def test_healthy_passes_and_under_the_fault_only_the_own_credentials_are_refused() -> None:
    for check in ("own-credentials-accepted", "neighbour-credentials-accepted", "data-from-the-vault"):
        assert asked(broken=False).finding(check).passed
        assert asked().finding(check).passed is (check != "own-credentials-accepted")


def test_the_vaults_secret_or_one_of_its_own_is_as_good() -> None:
    for secret in (f"{APP}-vault-auth", "mine"):
        found = asked()
        data = found.object("Secret", f"{APP}-vault-auth")["data"]
        found.sandbox.reader.put("v1", "Secret", "mine", VARIANT.client.namespace, data=data)
        found.container()["env"] = reference(secret)
        assert found.finding("own-credentials-accepted").passed


def test_mending_the_common_secret_is_found_out_before_the_neighbours_next_restart() -> None:
    found = asked()
    found.object("Secret", "common-credentials")["data"] = found.object("Secret", f"{APP}-vault-auth")["data"]
    assert found.finding("own-credentials-accepted").passed
    assert not found.finding("neighbour-credentials-accepted").passed


def test_credentials_in_the_deployment_are_no_secret_and_none_is_told() -> None:
    found = asked()
    data = {
        key: b64decode(value).decode() for key, value in found.object("Secret", f"{APP}-vault-auth")["data"].items()
    }
    found.container()["env"] = [
        {"name": "STORE_USER", "value": data["username"]},
        {"name": "STORE_PASSWORD", "value": data["password"]},
    ]
    finding = found.finding("own-credentials-accepted")
    assert not finding.passed
    assert data["password"] not in f"{finding.reason.en}{finding.actual}{finding.expected}"


@pytest.mark.parametrize("url", ["", "http://elsewhere:7500", "http://[", "vault"])
def test_data_from_elsewhere_is_noticed(url: str) -> None:
    found = asked()
    found.container()["env"] = [{"name": "STORE_URL", "value": url}]
    assert not found.finding("data-from-the-vault").passed
