from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import pytest

from labs.core.ids import ScenarioId
from labs.core.ports import ClusterReader, Manifest
from labs.core.probes import ObjectRef
from labs.lifecycle.leaks import LAST_APPLIED, leaks
from tests.unit.lifecycle.fakes import catalogue

VARIANT = catalogue()[ScenarioId("orders_routing")].draw("ana")
NAMESPACE = VARIANT.namespaces[0]


class Objects:
    def __init__(self, *items: dict[str, Any]) -> None:
        self.items = items

    def list(self, _: str, kind: str, *, namespace: str = "", labels: str = "") -> Sequence[Manifest]:
        assert not labels
        return [item for item in self.items if item["kind"] == kind and item["metadata"]["namespace"] == namespace]

    def get(self, ref: ObjectRef) -> Manifest | None:
        found = (item for item in self.items if item["kind"] == ref.kind and item["metadata"]["name"] == ref.name)
        return next(found, None)

    def as_reader(self) -> ClusterReader:
        return cast("ClusterReader", self)


def item(kind: str = "Deployment", /, name: str = "web", **metadata: Any) -> dict[str, Any]:
    return {"kind": kind, "metadata": {"name": name, "namespace": NAMESPACE, **metadata}}


def replica_set(name: str) -> dict[str, Any]:
    return item("ReplicaSet", name, ownerReferences=[{"kind": "Deployment", "name": "web"}])


@pytest.mark.parametrize(
    ("items", "word"),
    [
        ([item(annotations={LAST_APPLIED: "{}"})], "last-applied"),
        ([replica_set("web-1"), replica_set("web-2")], "2 revisions"),
        ([item(managedFields=[{"manager": "kubectl-client-side-apply"}])], "kubectl"),
        ([item(labels={"role": "fault"})], "'fault'"),
        ([item(annotations={"note": "see the Solution"})], "'Solution'"),
        ([{**item("Secret"), "type": "helm.sh/release.v1"}], "Helm"),
    ],
)
def test_what_tells(items: list[dict[str, Any]], word: str) -> None:
    found = leaks(Objects(*items).as_reader(), VARIANT)
    assert any(word in leak for leak in found)


def test_what_does_not() -> None:
    managers = [{"manager": "taller"}, {"manager": "labnode"}, {"manager": "kubelet"}]
    quiet = item(managedFields=managers, annotations={"d": "the default service account"})
    assert leaks(Objects(quiet, replica_set("web-1")).as_reader(), VARIANT) == []


def test_objects_that_live_in_no_namespace_tell_too() -> None:
    hook = {"apiVersion": "v1", "kind": "ClusterRole", "metadata": {"name": "sales-reader"}}
    variant = replace(VARIANT, healthy=(*VARIANT.healthy, hook))
    own = item("ClusterRole", "sales-reader", annotations={"note": "broken on purpose"})
    strangers = item("ClusterRole", "another", annotations={"note": "broken on purpose"})
    found = leaks(Objects(own, strangers).as_reader(), variant)
    assert len(found) == 1
    assert "sales-reader" in found[0]


def test_what_a_scenario_says_is_its_own_does_not_tell() -> None:
    release = {**item("Secret", "r", managedFields=[{"manager": "helm"}]), "type": "helm.sh/release.v1"}
    shown = Objects(release, replica_set("web-1"), replica_set("web-2")).as_reader()
    assert len(leaks(shown, VARIANT)) == 3
    assert leaks(shown, replace(VARIANT, managers=frozenset({"helm"}), shows_history=True)) == []
