import json

import pytest

from grading.baseline import Baseline, record
from labs.core.errors import InfrastructureError
from labs.core.probes import ObjectRef
from tests.unit.grading.fakes import FakeSandbox, deployment, grading_spec, guard

SPEC = grading_spec(
    safeguards=[
        guard(same_uid=deployment()),
        guard(id="gone", exists=deployment("gone")),
        guard(id="no-slices", no_new={"apiVersion": "v1", "kind": "ConfigMap", "namespace": "shop"}),
    ]
)


@pytest.fixture
def sandbox() -> FakeSandbox:
    sandbox = FakeSandbox()
    orders = sandbox.reader.put("apps/v1", "Deployment", "orders", spec={"replicas": 2})
    sandbox.reader.wrote(orders, at=sandbox.clock.now())
    sandbox.reader.put("v1", "ConfigMap", "settings")
    return sandbox


def test_it_keeps_what_is_guarded(sandbox: FakeSandbox) -> None:
    baseline = record(sandbox.reader, SPEC, sandbox.clock)
    kept = baseline.object(ObjectRef("apps/v1", "Deployment", "orders", "shop"))
    assert kept is not None
    assert kept["spec"] == {"replicas": 2}
    assert "managedFields" not in kept["metadata"]
    assert baseline.object(ObjectRef("apps/v1", "Deployment", "gone", "shop")) is None
    guarded = SPEC.safeguards[2].no_new
    assert guarded is not None
    assert baseline.listing(guarded) == {"uid-2"}
    assert {entry.what for entry in baseline.scope.values()} == {"Deployment shop/orders", "ConfigMap shop/settings"}


def test_it_survives_json(sandbox: FakeSandbox) -> None:
    baseline = record(sandbox.reader, SPEC, sandbox.clock)
    assert Baseline.from_json(json.loads(json.dumps(baseline.to_json()))) == baseline


@pytest.mark.parametrize("change", [{"format": 99}, {"scope": None}, {"scope": {"u": {"odd": 1}}}, {"time": "soon"}])
def test_a_damaged_baseline_is_our_failure(sandbox: FakeSandbox, change: dict[str, object]) -> None:
    data = record(sandbox.reader, SPEC, sandbox.clock).to_json() | change
    with pytest.raises(InfrastructureError):
        Baseline.from_json(data)


def test_a_baseline_with_parts_missing_is_our_failure() -> None:
    with pytest.raises(InfrastructureError, match="damaged"):
        Baseline.from_json({})
