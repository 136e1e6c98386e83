import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from labs.core.probes import HttpRequest, ProbeAnswer
from tests.unit.grading.fakes import REFUSED
from tests.unit.scenarios.systems import CATALOGUE, System, http, system

SCENARIO = CATALOGUE["catalog_never_ready"]
PATH = SCENARIO.variant({**SCENARIO.draw("x").parameters, "place": "path"})
PORT = SCENARIO.variant({**SCENARIO.draw("x").parameters, "place": "port"})
PARAMETERS = PATH.parameters
HEALTH = f":{PARAMETERS['health_port']}"
READY = str(PARAMETERS["ready_path"])
CHECK, LIVENESS = "application-decides", "stuck-copies-still-restarted"


def application(request: HttpRequest) -> ProbeAnswer:
    """The shop as it would answer with the variant's settings."""
    url = urlsplit(request.url)
    if url.port == PARAMETERS["port"]:
        about = {"health": {"port": PARAMETERS["health_port"], "ready_path": READY}}
        return http(200, json.dumps(about)) if url.path == "/about" else http(404)
    if url.port != PARAMETERS["health_port"]:
        return REFUSED
    question = {READY: "readiness", "/internal/alive": "liveness"}.get(url.path)
    return http(200, X_Shop_Check=question) if question else http(404)


def probed(probe: dict[str, Any] | None) -> System:
    found = system(PATH, PATH.healthy)
    found.answers(application)
    found.container()["readinessProbe"] = probe
    if probe is None:
        del found.container()["readinessProbe"]
    found.roll_out()
    return found


@pytest.mark.parametrize("variant", [PATH, PORT])
def test_healthy_passes_and_the_fault_fails(variant: Any) -> None:
    healthy, broken = system(variant, variant.healthy), system(variant, variant.broken)
    for one in (healthy, broken):
        one.answers(application)
    assert healthy.finding(CHECK).passed
    assert "404" in broken.finding(CHECK).actual


@pytest.mark.parametrize(
    "probe",
    [
        {"httpGet": {"path": READY, "port": "health"}},
        {"httpGet": {"path": READY, "port": PARAMETERS["health_port"]}, "initialDelaySeconds": 2},
        {"exec": {"command": ["shop", "get", f"http://localhost{HEALTH}{READY}"]}},
    ],
)
def test_any_form_that_asks_for_readiness_is_right(probe: dict[str, Any]) -> None:
    assert probed(probe).finding(CHECK).passed


@pytest.mark.parametrize(
    "probe",
    [
        None,
        {"exec": {"command": ["true"]}},
        {"exec": {"command": ["shop", "get", f"http://localhost{HEALTH}/internal/alive"]}},
        {"httpGet": {"path": "/internal/alive", "port": "health"}},
        {"httpGet": {"path": READY, "port": "nobody"}},
        {"httpGet": {"path": "/about", "port": "http"}},
        {"tcpSocket": {"port": "http"}, "initialDelaySeconds": 5},
    ],
)
def test_what_does_not_ask_for_readiness_is_wrong(probe: dict[str, Any] | None) -> None:
    assert not probed(probe).finding(CHECK).passed


def test_pods_from_before_the_change_do_not_count_as_fixed() -> None:
    found = probed({"httpGet": {"path": "/wrong", "port": "health"}})
    found.container()["readinessProbe"] = {"httpGet": {"path": READY, "port": "health"}}
    assert "does not have the Deployment's probe yet" in found.finding(CHECK).reason.en


def test_another_program_in_its_place_spoils_no_grading() -> None:
    found = probed({"exec": {"command": ["anything"]}})
    for body in ("", "[]", "{}", '{"health": 3}', "<html>"):
        found.answers(lambda _request, body=body: http(200, body))  # type: ignore[misc]
        assert not found.finding(CHECK).passed


def test_the_liveness_probe_must_stay() -> None:
    found = probed(None)
    assert found.finding(LIVENESS).passed
    found.container()["livenessProbe"] = {"exec": {"command": ["sh", "-c", "exit 0"]}}
    assert not found.finding(LIVENESS).passed
    del found.container()["livenessProbe"]
    assert not found.finding(LIVENESS).passed


def test_a_deleted_deployment_is_evidence() -> None:
    found = probed(None)
    found.sandbox.reader.remove("apps/v1", "Deployment", str(PARAMETERS["app"]), PATH.client.namespace)
    assert not found.finding(CHECK).passed
    assert not found.finding(LIVENESS).passed
