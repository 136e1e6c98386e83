import pytest

from tests.unit.scenarios.systems import CATALOGUE, System, system

VARIANT = CATALOGUE["orders_routing"].draw("maria")
APP, KEY, OWN = (str(VARIANT.parameters[name]) for name in ("app", "key", "own"))
CHECK = "finds-its-own-pods"


@pytest.fixture
def broken() -> System:
    return system(VARIANT, VARIANT.broken)


def test_healthy_passes_and_the_fault_fails(broken: System) -> None:
    assert system(VARIANT, VARIANT.healthy).finding(CHECK).passed
    finding = broken.finding(CHECK)
    assert not finding.passed
    assert str(VARIANT.parameters["neighbour"]) in finding.actual


@pytest.mark.parametrize("selector", [{KEY: OWN}, {"team": "sales"}, {"app": APP, KEY: OWN, "team": "sales"}])
def test_any_selector_that_finds_the_own_pods_alone_is_right(broken: System, selector: dict[str, str]) -> None:
    broken.object("Service", APP)["spec"]["selector"] = selector
    assert broken.finding(CHECK).passed


@pytest.mark.parametrize("selector", [None, {}, {"app": APP, "pod-template-hash": "67cb"}, {"app": "unrelated"}])
def test_what_the_next_pods_will_not_have_is_wrong(broken: System, selector: dict[str, str] | None) -> None:
    spec = broken.object("Service", APP)["spec"]
    spec.pop("selector")
    if selector is not None:
        spec["selector"] = selector
    for ref, pod in broken.objects.items():
        if ref.kind == "Pod" and ref.name.startswith(f"{APP}-abc"):
            pod["metadata"]["labels"]["pod-template-hash"] = "67cb"
    assert not broken.finding(CHECK).passed


@pytest.mark.parametrize(("kind", "api_version"), [("Service", "v1"), ("Deployment", "apps/v1")])
def test_what_is_gone_is_said(broken: System, kind: str, api_version: str) -> None:
    broken.sandbox.reader.remove(api_version, kind, APP, VARIANT.client.namespace)
    assert f"The {kind} {APP} is gone" in broken.finding(CHECK).reason.en
