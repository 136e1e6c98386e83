from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import pytest

from labs.catalogue.variant import Variant, object_ref
from labs.core.errors import UnreachableError
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
        self.written: dict[tuple[str, str, str], str] = {}

    def list(self, _: str, kind: str, *, namespace: str = "", labels: str = "") -> Sequence[Manifest]:
        assert not labels
        return [item for item in self.items if item["kind"] == kind and item["metadata"]["namespace"] == namespace]

    def get(self, ref: ObjectRef) -> Manifest | None:
        found = (item for item in self.items if item["kind"] == ref.kind and item["metadata"]["name"] == ref.name)
        return next(found, None)

    def logs(self, namespace: str, pod: str, *, container: str = "", tail_lines: int = 100) -> str:
        assert tail_lines > 100
        try:
            return self.written[namespace, pod, container]
        except KeyError:
            raise UnreachableError("no such log") from None

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


def running(*containers: str, uid: str = "one") -> dict[str, Any]:
    statuses = [{"name": name, "containerID": f"containerd://{name}"} for name in containers]
    waiting = {"name": "never-started", "state": {"waiting": {}}}
    status = {"containerStatuses": [*statuses, waiting]}
    return {**item("Pod", "web-1", uid=uid), "spec": {"nodeName": "n"}, "status": status}


def once(**spec: Any) -> Variant:
    """A variant whose service at fault had this in its specification, and the broken system has it nowhere."""
    (at_fault,) = VARIANT.faulted
    return replace(
        VARIANT,
        healthy=tuple(
            {**each, "spec": {**each["spec"], **spec}} if object_ref(each) == at_fault else each
            for each in VARIANT.healthy
        ),
    )


def test_what_a_pod_wrote_tells() -> None:
    objects, variant = Objects(running("app", "proxy")), once(externalName="counter-7")
    objects.written = {
        (NAMESPACE, "web-1", "app"): "started\n",
        (NAMESPACE, "web-1", "proxy"): "2026-11-28 no route to counter-7:8095\n",
    }
    (found,) = leaks(objects.as_reader(), variant)
    assert "'counter-7'" in found
    assert f"Log of proxy in {NAMESPACE}/web-1" in found
    objects.written[NAMESPACE, "web-1", "proxy"] = "no route to counter-71\n"
    assert leaks(objects.as_reader(), variant) == []


def test_what_programs_may_write_down_is_let_pass_in_logs_alone() -> None:
    objects, variant = Objects(running("app")), replace(once(externalName="counter-7"), logged=frozenset({"counter-7"}))
    objects.written = {(NAMESPACE, "web-1", "app"): "no route to counter-7:8095\n"}
    assert leaks(objects.as_reader(), variant) == []
    objects.items += (item("ConfigMap", "c", annotations={"d": "counter-7"}),)
    (found,) = leaks(objects.as_reader(), variant)
    assert f"ConfigMap {NAMESPACE}/c" in found


def test_a_number_in_a_log_may_be_anything() -> None:
    objects, variant = Objects(running("app")), once(healthCheckNodePort=31234)
    objects.written = {(NAMESPACE, "web-1", "app"): "took 31234 us\n"}
    assert leaks(objects.as_reader(), variant) == []
    objects.written = {(NAMESPACE, "web-1", "app"): "asked web:31234\n"}
    assert len(leaks(objects.as_reader(), variant)) == 1


def node(*, ready: str) -> dict[str, Any]:
    return {**item("Node", "n"), "status": {"conditions": [{"type": "Ready", "status": ready}]}}


def test_a_log_that_cannot_be_read_is_no_log_without_leaks() -> None:
    with pytest.raises(UnreachableError):
        leaks(Objects(running("app"), node(ready="True")).as_reader(), VARIANT)


@pytest.mark.parametrize("others", [(), (node(ready="False"),), (node(ready="Unknown"),)])
def test_where_the_kubelet_is_gone_nobody_reads_logs(others: tuple[dict[str, Any], ...]) -> None:
    assert leaks(Objects(running("app"), *others).as_reader(), VARIANT) == []


@pytest.mark.parametrize("now", [None, running("app", uid="another")])
def test_a_pod_that_was_replaced_meanwhile_tells_nothing(now: dict[str, Any] | None) -> None:
    class Replaced(Objects):
        def get(self, ref: ObjectRef) -> Manifest | None:
            return now if ref.kind == "Pod" else super().get(ref)

    assert leaks(Replaced(running("app"), node(ready="True")).as_reader(), VARIANT) == []
