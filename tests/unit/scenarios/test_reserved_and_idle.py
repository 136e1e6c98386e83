from typing import Any

import pytest

from labs.core.errors import InfrastructureError
from tests.unit.scenarios.systems import CATALOGUE, System, system

SCENARIO = CATALOGUE["reserved_and_idle"]
VARIANTS = {
    place: SCENARIO.variant({**SCENARIO.draw("x").parameters, "place": place, "work": 50, "cache": 64})
    for place in ("memory", "cpu")
}
CALM_PRESS, STARVED_PRESS = "50m", "12m"


def measured(
    place: str, *, broken: bool, press: str = CALM_PRESS, requests: dict[str, str] | None = None, memory: str = "66Mi"
) -> System:
    """The three as measured: the pictures use `memory`, the mill's press `press` of the processor."""
    variant = VARIANTS[place]
    found = system(variant, variant.broken if broken else variant.healthy)
    reader = found.sandbox.reader
    for ref in [ref for ref in found.objects if ref.kind == "Pod"]:
        pod = found.objects[ref]
        pod["status"]["conditions"] = [{"type": "Ready", "status": "True"}]
        uses = {"app": {"cpu": "1m", "memory": "6Mi"}, "press": {"cpu": press, "memory": "2Mi"}}
        if pod["metadata"]["labels"]["app"] == variant.parameters["pictures"]:
            uses["app"]["memory"] = memory
        containers: list[dict[str, Any]] = pod["spec"]["containers"]
        for each in containers:
            if requests and each["name"] == "press":
                each["resources"]["requests"] = requests
        usage = [{"name": each["name"], "usage": uses[each["name"]]} for each in containers]
        reader.put("metrics.k8s.io/v1beta1", "PodMetrics", ref.name, ref.namespace, containers=usage)
    return found


def promised(found: System) -> bool:
    return found.finding("promised-what-they-use").passed


@pytest.mark.parametrize("place", ["memory", "cpu"])
@pytest.mark.parametrize("press", [CALM_PRESS, STARVED_PRESS])
def test_the_fault_shows_also_where_the_host_leaves_the_press_little(place: str, press: str) -> None:
    assert promised(measured(place, broken=False, press=press))
    assert not promised(measured(place, broken=True, press=press))


@pytest.mark.parametrize("press", [CALM_PRESS, STARVED_PRESS])
@pytest.mark.parametrize(("cpu", "enough"), [("50m", True), ("32m", True), ("29m", False)])
def test_what_a_measurement_may_be_off_does_no_harm(press: str, cpu: str, *, enough: bool) -> None:
    requests = {"cpu": cpu, "memory": "16Mi"}  # and 10m of the container beside it
    found = measured("cpu", broken=False, press=press, requests=requests)
    assert promised(found) is enough


def test_who_uses_more_than_its_work_is_promised_that() -> None:
    found = measured("cpu", broken=False, press="90m", requests={"cpu": "50m", "memory": "16Mi"})
    assert not promised(found)


def test_memory_is_as_it_was_measured() -> None:
    assert not promised(measured("memory", broken=False, memory="90Mi"))


def test_what_is_not_measured_yet_says_nothing() -> None:
    found = measured("memory", broken=False)
    for ref in [ref for ref in found.objects if ref.kind == "PodMetrics"]:
        del found.objects[ref]
    with pytest.raises(InfrastructureError, match="Not measured yet"):
        promised(found)
