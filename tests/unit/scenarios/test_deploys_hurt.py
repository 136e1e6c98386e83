import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from labs.core.probes import HttpRequest, ProbeAnswer
from tests.unit.scenarios.systems import CATALOGUE, System, http, system

SCENARIO = CATALOGUE["deploys_hurt"]
PLACES = ("before", "alive", "after")
VARIANTS = {place: SCENARIO.variant({**SCENARIO.draw("x").parameters, "place": place}) for place in PLACES}
READY = str(VARIANTS["after"].parameters["ready_path"])
PORT = VARIANTS["after"].parameters["port"]
every_place = pytest.mark.parametrize("place", PLACES)


def answer(request: HttpRequest) -> ProbeAnswer:
    """The application as it is: it says which question it answered."""
    question = {READY: "readiness", "/healthz": "liveness"}.get("/" + request.url.split("/", 3)[3], "")
    return http(200, "{}", X_Shop_Check=question) if question else http(404)


def asked(place: str = "after", *, broken: bool = True) -> System:
    variant = VARIANTS[place]
    found = system(variant, variant.broken if broken else variant.healthy)
    found.answers(answer)
    return found


def with_container(**changes: Any) -> bool:
    """Whether copies of a healthy system come and go unnoticed once the container was changed."""
    found = asked(broken=False)
    container = found.container()
    for key, value in changes.items():
        container.pop(key, None)
        if value is not None:
            container[key] = value
    found.roll_out()
    return found.finding("copies-come-and-go-unnoticed").passed


@every_place
def test_healthy_passes_and_the_fault_fails(place: str) -> None:
    for check in ("release-keeps-copies", "copies-come-and-go-unnoticed"):
        assert asked(place, broken=False).finding(check).passed
        assert not asked(place).finding(check).passed
    assert asked(place).finding("releases-go-on").passed


@pytest.mark.parametrize(
    ("strategy", "passes"),
    [
        ({"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1, "maxSurge": 0}}, True),
        ({"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "33%"}}, True),
        ({}, True),
        ({"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 2}}, False),
        ({"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "100%"}}, False),
        ({"type": "Recreate"}, False),
    ],
)
def test_two_copies_are_left(strategy: dict[str, Any], *, passes: bool) -> None:
    found = asked()
    found.deployment()["spec"]["strategy"] = strategy
    assert found.finding("release-keeps-copies").passed is passes


def test_other_means_to_the_same_end() -> None:
    command = ["shop", "get", f"http://127.0.0.1:{PORT}{READY}"]
    assert with_container(lifecycle={"preStop": {"exec": {"command": ["sh", "-c", "sleep 4; true"]}}})
    assert with_container(readinessProbe={"exec": {"command": command}})
    assert with_container(readinessProbe={"httpGet": {"path": READY, "port": PORT}})


@pytest.mark.parametrize(
    "change",
    [
        {"readinessProbe": None},
        {"readinessProbe": {"tcpSocket": {"port": "http"}}},
        {"readinessProbe": {"httpGet": {"path": "/healthz", "port": "http"}}},
        {"readinessProbe": {"exec": {"command": ["true"]}}},
        {"lifecycle": None},
        {"lifecycle": {"preStop": {"sleep": {"seconds": 1}}}},
        {"lifecycle": {"preStop": {"sleep": {"seconds": 10}}}},
        {"lifecycle": {"preStop": {"exec": {"command": ["true"]}}}},
    ],
)
def test_whatever_would_be_noticed_fails(change: dict[str, Any]) -> None:
    assert not with_container(**change)


@pytest.mark.parametrize(
    ("changes", "passes"), [({"paused": True}, False), ({"replicas": 9}, False), ({"replicas": 3}, True)]
)
def test_releases_go_on(changes: dict[str, Any], *, passes: bool) -> None:
    found = asked()
    found.deployment()["spec"] |= changes
    assert found.finding("releases-go-on").passed is passes


def tills(found: System, *, failures: int, quiet_seconds: float, released_seconds_ago: float = 60) -> bool:
    released = (datetime.now(UTC) - timedelta(seconds=released_seconds_ago)).isoformat()
    found.deployment()["status"] = {
        "conditions": [{"type": "Progressing", "reason": "NewReplicaSetAvailable", "lastUpdateTime": released}]
    }
    found.answers(lambda _: http(200, json.dumps({"failures": failures, "quiet_seconds": quiet_seconds})))
    return found.finding("customers-unharmed").passed


def test_requests_may_fail_around_the_last_release_and_never_after() -> None:
    assert tills(asked(), failures=0, quiet_seconds=0)
    assert tills(asked(), failures=7, quiet_seconds=55)
    assert tills(asked(), failures=7, quiet_seconds=300)
    assert not tills(asked(), failures=1, quiet_seconds=5)


def test_while_a_release_goes_on_nothing_is_decided() -> None:
    found = asked()
    found.deployment()["status"] = {"conditions": [{"type": "Progressing", "reason": "ReplicaSetUpdated"}]}
    found.answers(lambda _: http(200, json.dumps({"failures": 0, "quiet_seconds": 9})))
    assert not found.finding("customers-unharmed").passed


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"failures": "x"}'])
def test_tills_that_say_nothing_are_no_evidence(body: str) -> None:
    found = asked()
    found.answers(lambda _: http(200, body))
    with pytest.raises(Exception, match="do not say"):
        found.finding("customers-unharmed")
