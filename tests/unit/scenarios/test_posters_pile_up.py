import copy
from typing import Any

import pytest

from tests.unit.scenarios.systems import CATALOGUE, System, system

SCENARIO = CATALOGUE["posters_pile_up"]
PLACES = ("request", "version", "container")
VARIANTS = {place: SCENARIO.variant({**SCENARIO.draw("x").parameters, "place": place}) for place in PLACES}
GUARDS = ("bounds-kept", "aim-kept", "promised-what-it-needs")
TARGETS = ("autoscaler-sees-the-load", "copies-added")
AUTOSCALING = "autoscaling/v2"
every_place = pytest.mark.parametrize("place", PLACES)


def made(place: str = "request", *, broken: bool = False) -> System:
    variant = VARIANTS[place]
    return system(variant, variant.broken if broken else variant.healthy)


def autoscaler(found: System) -> dict[str, Any]:
    return found.object("HorizontalPodAutoscaler", str(found.variant.parameters["app"]), AUTOSCALING)


def at_work(found: System, *, active: str = "True", wanted: int = 4, ready: int = 4, measured: bool = True) -> System:
    current = [{"type": "Resource", "resource": {"name": "cpu", "current": {"averageUtilization": 220}}}]
    conditions = [
        {"type": "AbleToScale", "status": "True"},
        {"type": "ScalingActive", "status": active, "reason": "FailedGetResourceMetric"},
    ]
    autoscaler(found)["status"] = {
        "conditions": conditions,
        "desiredReplicas": wanted,
        "currentMetrics": current if measured else [{"type": "Resource", "resource": {"name": "cpu", "current": {}}}],
    }
    found.deployment()["status"] = {"readyReplicas": ready}
    return found


@every_place
def test_an_autoscaler_at_work_passes_and_the_fault_breaks_no_guard(place: str) -> None:
    assert all(at_work(made(place)).finding(check).passed for check in (*TARGETS, *GUARDS))
    assert all(made(place, broken=True).finding(check).passed for check in GUARDS)
    assert not any(made(place, broken=True).finding(check).passed for check in TARGETS)


@pytest.mark.parametrize(
    "status", [{"active": "False"}, {"measured": False}, {"wanted": 2}, {"ready": 2}, {"wanted": 1, "ready": 4}]
)
def test_what_does_not_scale_has_added_nothing(status: dict[str, Any]) -> None:
    assert not at_work(made(), **status).finding("copies-added").passed


def test_copies_without_an_autoscaler_are_not_its_copies() -> None:
    found = at_work(made())
    found.sandbox.reader.remove(AUTOSCALING, "HorizontalPodAutoscaler", *_place(found))
    assert not any(found.finding(check).passed for check in TARGETS)


def test_two_autoscalers_are_one_too_many_and_another_workloads_does_not_count() -> None:
    found = at_work(made())
    name, namespace = _place(found)
    spec = copy.deepcopy(autoscaler(found)["spec"])
    other = found.sandbox.reader.put(AUTOSCALING, "HorizontalPodAutoscaler", "second", namespace, spec=spec)
    assert not found.finding("autoscaler-sees-the-load").passed
    other["spec"]["scaleTargetRef"]["name"] = f"{name}-2"
    other["spec"]["maxReplicas"] = 9
    assert all(found.finding(check).passed for check in (*TARGETS, *GUARDS))


@pytest.mark.parametrize(
    ("change", "passes"),
    [
        ({"minReplicas": 4}, False),
        ({"maxReplicas": 40}, False),
        ({"behavior": {"scaleDown": {"selectPolicy": "Disabled"}}}, False),
        ({"behavior": {"scaleDown": {"stabilizationWindowSeconds": 60}}}, True),
    ],
)
def test_the_bounds(change: dict[str, Any], *, passes: bool) -> None:
    found = made()
    autoscaler(found)["spec"] |= change
    assert found.finding("bounds-kept").passed is passes


def cpu(percent: int, name: str = "cpu") -> dict[str, Any]:
    target = {"type": "Utilization", "averageUtilization": percent}
    return {"type": "ContainerResource", "containerResource": {"name": name, "container": "any", "target": target}}


def test_the_aim() -> None:
    found = made()
    aim = int(found.variant.parameters["aim"])
    pods = {"type": "Pods", "pods": {"metric": {"name": "waiting"}, "target": {"averageValue": "5"}}}
    metrics = [[cpu(aim)], [cpu(1)], [cpu(aim), cpu(1)], [cpu(aim, "memory")], [pods], []]
    passes = []
    for each in metrics:
        autoscaler(found)["spec"]["metrics"] = each
        passes.append(found.finding("aim-kept").passed)
    assert passes == [True, False, False, False, False, False]


@pytest.mark.parametrize(
    ("resources", "passes"),
    [
        ({"requests": {"cpu": "25m"}, "limits": {"cpu": "50m"}}, True),
        ({"limits": {"cpu": "0.05"}}, True),
        ({"requests": {"memory": "16Mi"}, "limits": {"cpu": "50m"}}, True),
        ({"requests": {"cpu": "1m"}, "limits": {"cpu": "50m"}}, False),
        ({"requests": {"cpu": "20m"}, "limits": {"cpu": "200m"}}, False),
        ({"requests": {"cpu": "20m"}}, False),
        ({}, False),
    ],
)
def test_the_promise(resources: dict[str, Any], *, passes: bool) -> None:
    found = made()
    found.container()["resources"] = resources
    assert found.finding("promised-what-it-needs").passed is passes


def _place(found: System) -> tuple[str, str]:
    metadata = autoscaler(found)["metadata"]
    return metadata["name"], metadata["namespace"]
