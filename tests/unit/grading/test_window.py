import pytest

from grading.window import MANAGED_BY, last_change, scope_entries
from labs.core.errors import UnreachableError
from labs.core.probes import PROBE_LABEL
from tests.unit.grading.fakes import START, FakeClock, FakeReader, grading_spec, rfc3339

LATER = START + 100
NOW = START + 200


def changed(reader: FakeReader, before: FakeReader | None = None) -> float | None:
    """When the scope changed after START, as last_change tells at NOW, in seconds from START."""
    spec = grading_spec()
    then = scope_entries(before or reader, spec)
    at = last_change(then, scope_entries(reader, spec), now=NOW)
    return None if at is None else at - START


@pytest.fixture
def reader() -> FakeReader:
    reader = FakeReader(FakeClock())
    reader.put("v1", "Namespace", "shop", namespace="")
    reader.put("v1", "Service", "orders")
    reader.put("apps/v1", "Deployment", "orders")
    return reader


@pytest.fixture
def lived_on(reader: FakeReader) -> FakeReader:
    """The same objects, apart from `reader`'s, at LATER."""
    copy = FakeReader(FakeClock(LATER))
    copy.made = 100
    copy.objects = {ref: {**item, "metadata": dict(item["metadata"])} for ref, item in reader.objects.items()}
    return copy


def service(reader: FakeReader) -> dict[str, object]:
    return next(item for ref, item in reader.objects.items() if ref.kind == "Service")


def test_an_untouched_scope_has_no_change(reader: FakeReader) -> None:
    assert changed(reader) is None


def test_a_write_counts_from_the_end_of_its_second(reader: FakeReader, lived_on: FakeReader) -> None:
    lived_on.wrote(service(lived_on), at=LATER)
    assert changed(lived_on, reader) == 101


def test_a_write_to_status_does_not_count(reader: FakeReader, lived_on: FakeReader) -> None:
    lived_on.wrote(service(lived_on), at=LATER, subresource="status")
    assert changed(lived_on, reader) is None


def test_scaling_counts(reader: FakeReader, lived_on: FakeReader) -> None:
    lived_on.wrote(service(lived_on), at=LATER, subresource="scale")
    assert changed(lived_on, reader) == 101


def test_the_newest_change_counts_but_never_the_future(reader: FakeReader, lived_on: FakeReader) -> None:
    lived_on.wrote(service(lived_on), at=LATER)
    lived_on.put("v1", "ConfigMap", "late", metadata={"creationTimestamp": rfc3339(LATER + 20)})
    assert changed(lived_on, reader) == 121
    lived_on.wrote(service(lived_on), at=NOW + 1e6)
    assert changed(lived_on, reader) == NOW - START


@pytest.mark.parametrize(("then", "now", "at"), [(3, 4, 200), (3, 3, None), (0, 4, None)])
def test_what_was_only_taken_away_from_counts_as_changed_now(
    reader: FakeReader, lived_on: FakeReader, then: int, now: int, at: float | None
) -> None:
    """A field that is removed leaves no time; a baseline of before generations were recorded tells nothing."""
    service(reader)["metadata"]["generation"] = then  # type: ignore[index]
    service(lived_on)["metadata"]["generation"] = now  # type: ignore[index]
    assert changed(lived_on, reader) == at


@pytest.mark.parametrize(
    ("then", "now", "at"),
    [({"a": "1", "b": "2"}, {"a": "1"}, 200), ({"a": "1", "b": "2"}, {"b": "2", "a": "1"}, None)],
)
def test_what_is_taken_from_an_object_without_a_generation_counts_too(
    reader: FakeReader, lived_on: FakeReader, then: dict[str, str], now: dict[str, str], at: float | None
) -> None:
    reader.put("v1", "ConfigMap", "settings", data=then)
    found = next(item for ref, item in reader.objects.items() if ref.kind == "ConfigMap")
    ref = next(ref for ref in reader.objects if ref.kind == "ConfigMap")
    lived_on.objects[ref] = {**found, "data": now}
    assert changed(lived_on, reader) == at


def test_a_status_says_nothing_of_a_change(reader: FakeReader, lived_on: FakeReader) -> None:
    service(lived_on)["status"] = {"loadBalancer": {}}
    assert changed(lived_on, reader) is None


def test_a_change_that_has_a_time_counts_by_it(reader: FakeReader, lived_on: FakeReader) -> None:
    service(reader)["metadata"]["generation"] = 3  # type: ignore[index]
    service(lived_on)["metadata"]["generation"] = 4  # type: ignore[index]
    lived_on.wrote(service(lived_on), at=LATER)
    assert changed(lived_on, reader) == 101


def test_a_new_pod_counts(reader: FakeReader, lived_on: FakeReader) -> None:
    lived_on.put("v1", "Pod", "orders-x", metadata={"ownerReferences": [{"kind": "ReplicaSet", "controller": True}]})
    assert changed(lived_on, reader) == 101


@pytest.mark.parametrize(
    ("kind", "metadata"),
    [
        ("Pod", {"ownerReferences": [{"kind": "Job", "controller": True}]}),
        ("Pod", {"labels": {PROBE_LABEL: "true"}}),
        ("Pod", {"namespace": "elsewhere"}),
    ],
)
def test_what_comes_and_goes_by_itself_does_not_count(
    reader: FakeReader, lived_on: FakeReader, kind: str, metadata: dict[str, object]
) -> None:
    namespace = str(metadata.get("namespace", "shop"))
    lived_on.put("v1", kind, "passing", namespace=namespace, metadata=metadata)
    assert changed(lived_on, reader) is None


def test_only_hand_made_endpoint_slices_count(reader: FakeReader, lived_on: FakeReader) -> None:
    kind = ("discovery.k8s.io/v1", "EndpointSlice")
    lived_on.put(*kind, "own", metadata={"labels": {MANAGED_BY: "endpointslice-controller.k8s.io"}})
    assert changed(lived_on, reader) is None
    lived_on.put(*kind, "forged", metadata={"labels": {}})
    assert changed(lived_on, reader) == 101


def test_what_is_gone_counts_as_gone_now(reader: FakeReader, lived_on: FakeReader) -> None:
    lived_on.remove("v1", "Service", "orders")
    assert changed(lived_on, reader) == 200


def test_a_pod_that_was_replaced_counts_by_its_replacement(reader: FakeReader, lived_on: FakeReader) -> None:
    reader.put("v1", "Pod", "old", metadata={"ownerReferences": [{"kind": "ReplicaSet", "controller": True}]})
    lived_on.put("v1", "Pod", "new", metadata={"ownerReferences": [{"kind": "ReplicaSet", "controller": True}]})
    assert changed(lived_on, reader) == 101


def test_a_deletion_counts_from_when_it_was_asked_for(reader: FakeReader, lived_on: FakeReader) -> None:
    leaving = {"deletionTimestamp": rfc3339(LATER + 30), "deletionGracePeriodSeconds": 30}
    service(lived_on)["metadata"].update(leaving)  # type: ignore[attr-defined]
    assert changed(lived_on, reader) == 101


def test_the_namespace_itself_counts(reader: FakeReader, lived_on: FakeReader) -> None:
    lived_on.wrote(next(iter(lived_on.objects.values())), at=LATER)
    assert changed(lived_on, reader) == 101


def test_extra_kinds_count_when_the_scope_names_them() -> None:
    reader = FakeReader(FakeClock())
    reader.put("x/v1", "Widget", "w")
    reader.put("y/v1", "Hook", "h", namespace="")
    scope = {
        "kinds": [{"apiVersion": "x/v1", "kind": "Widget"}],
        "cluster_kinds": [{"apiVersion": "y/v1", "kind": "Hook"}],
    }
    assert {entry.what for entry in scope_entries(reader, grading_spec(scope=scope)).values()} == {
        "Widget shop/w",
        "Hook h",
    }


def test_an_unreachable_api_is_told(reader: FakeReader) -> None:
    reader.is_down = True
    with pytest.raises(UnreachableError):
        scope_entries(reader, grading_spec())


def test_a_node_that_went_away_or_came_back_counts_and_one_that_is_gone_does_not(
    reader: FakeReader, lived_on: FakeReader
) -> None:
    """What stood still with its host must not be judged by what a minute's absence made of it."""
    for each, turned in ((reader, START - 50), (lived_on, LATER)):
        node = each.put("v1", "Node", "node1", namespace="")
        node["status"] = {"conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": rfc3339(turned)}]}
        node["metadata"]["uid"] = "the same"
    assert changed(lived_on, reader) == 101
    without = FakeReader(FakeClock())
    without.objects = {ref: item for ref, item in reader.objects.items() if ref.kind != "Node"}
    assert changed(without, reader) is None


def test_what_the_record_tells_counts_beside_what_the_objects_tell(reader: FakeReader, lived_on: FakeReader) -> None:
    """A field taken away a while after another change: the object's only time is that change's."""
    lived_on.wrote(service(lived_on), at=LATER)
    spec = grading_spec()
    then, current = scope_entries(reader, spec), scope_entries(lived_on, spec)
    assert last_change(then, current, now=NOW, written=LATER + 50) == LATER + 50
    assert last_change(then, current, now=NOW, written=START) == LATER + 1
    assert last_change(then, current, now=NOW, written=NOW + 3600) == NOW
    assert last_change(then, then, now=NOW, written=LATER) == LATER
