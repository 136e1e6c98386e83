from typing import Any

import pytest

from labs.core.probes import Admission
from tests.unit.scenarios.systems import CATALOGUE, System, system

SCENARIO = CATALOGUE["night_work_waits"]
VARIANT = SCENARIO.variant({**SCENARIO.draw("x").parameters, "place": "number"})
APP, NEIGHBOUR, AREA = (str(VARIANT.parameters[key]) for key in ("app", "neighbour", "area"))
NAMESPACE = str(VARIANT.parameters["ns"])
COPIES = {APP: 3, NEIGHBOUR: 2}


def made(*budgets: tuple[dict[str, Any] | None, int]) -> System:
    """The healthy system with other budgets: each a selector, and how many the controller says must stay."""
    found = system(VARIANT, VARIANT.healthy)
    for ref in [ref for ref in found.objects if ref.kind in {"Pod", "PodDisruptionBudget"}]:
        del found.objects[ref]
    for index, (selector, stay) in enumerate(budgets):
        spec = {} if selector is None else {"selector": selector}
        status = {"desiredHealthy": stay, "observedGeneration": 1}
        found.sandbox.reader.put(
            "policy/v1",
            "PodDisruptionBudget",
            f"b{index}",
            NAMESPACE,
            metadata={"generation": 1},
            spec=spec,
            status=status,
        )
    for name, copies in COPIES.items():
        found.object("Deployment", name, "apps/v1")["status"] = {"readyReplicas": copies}
        for index in range(copies):
            pod(found, name, f"{name}-{index}")
    return found


def pod(found: System, app: str, name: str, ready: str = "True") -> None:
    status = {"phase": "Running", "conditions": [{"type": "Ready", "status": ready}]}
    found.sandbox.reader.put("v1", "Pod", name, NAMESPACE, metadata={"labels": {"app": app}}, spec={}, status=status)


def labels(**wanted: str) -> dict[str, Any]:
    return {"matchLabels": wanted}


def expression(operator: str, *values: str) -> dict[str, Any]:
    return {"matchExpressions": [{"key": "app", "operator": operator, "values": list(values)}]}


@pytest.mark.parametrize(
    ("budgets", "passes"),
    [
        ([(labels(area=AREA), 4)], True),
        ([({}, 4)], True),
        ([(labels(app=APP), 2), (labels(app=NEIGHBOUR), 1)], True),
        ([(expression("In", APP), 2), (expression("NotIn", APP), 1)], True),
        ([(expression("Exists"), 4)], True),
        ([(labels(area=AREA), 3)], False),
        ([(labels(app=APP), 2)], False),
        ([(labels(app=APP), 1), (labels(app=NEIGHBOUR), 1)], False),
        ([(labels(app="nobody"), 5), (None, 5), (expression("DoesNotExist"), 5)], False),
        ([], False),
    ],
)
def test_how_many_stay_whoever_is_asked_to_go(
    budgets: list[tuple[dict[str, Any] | None, int]], *, passes: bool
) -> None:
    assert made(*budgets).finding("enough-always-stay").passed is passes


def test_a_budget_that_the_controller_has_not_read_keeps_nothing() -> None:
    found = made((labels(area=AREA), 4))
    found.object("PodDisruptionBudget", "b0", "policy/v1")["metadata"]["generation"] = 2
    assert not found.finding("enough-always-stay").passed


def test_every_copy_is_asked_for_and_one_refusal_tells() -> None:
    found = made()
    asked = []

    def evicts(namespace: str, name: str) -> Admission:
        asked.append((namespace, name))
        return Admission(is_let_in=name != f"{APP}-2", message="needs 5 healthy pods")

    found.sandbox.reader.evicts = evicts
    pod(found, APP, "unready", ready="False")
    finding = found.finding("copies-may-move")
    assert (finding.passed, finding.actual) == (False, "needs 5 healthy pods")
    assert found.finding("neighbours-copies-may-move").passed
    assert asked == [(NAMESPACE, f"{name}-{index}") for name, copies in COPIES.items() for index in range(copies)]


def test_copies_that_are_not_there_do_not_pass() -> None:
    found = made()
    found.sandbox.reader.remove("v1", "Pod", f"{APP}-0", NAMESPACE)
    assert not found.finding("copies-may-move").passed


@pytest.mark.parametrize(
    ("wanted", "ready", "passes"),
    [(3, 3, True), (4, 3, True), (4, 4, True), (5, 5, False), (2, 2, False), (3, 2, False)],
)
def test_the_copies_that_are_paid_for(wanted: int, ready: int, *, passes: bool) -> None:
    found = made()
    found.deployment()["spec"]["replicas"] = wanted
    found.deployment()["status"]["readyReplicas"] = ready
    assert found.finding("copies-paid-for").passed is passes
