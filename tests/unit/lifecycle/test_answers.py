import copy
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from labs.catalogue.loader import load_catalogue
from labs.catalogue.variant import Variant, object_ref
from labs.core.ids import ScenarioId
from labs.core.ports import Manifest
from labs.core.probes import ObjectRef
from labs.lifecycle.answers import answers, shown
from tests.unit.lifecycle.fakes import catalogue

NAMED = catalogue()[ScenarioId("orders_routing")]
VARIANT = NAMED.variant({**NAMED.draw("ana").parameters, "place": "label"})
(SERVICE,) = answers(VARIANT)
(VALUE,) = answers(VARIANT)[SERVICE]
OF_OLD = "/readyz-of-old"
IN_CLUSTERS = [variant for each in load_catalogue().scenarios.values() if (variant := each.draw("x")).has_cluster]


def living(manifests: Iterable[Manifest]) -> list[dict[str, Any]]:
    """As an API has them: with a uid each, its name."""
    made = [copy.deepcopy(dict(each)) for each in manifests]
    return [{**each, "metadata": {**each["metadata"], "uid": str(object_ref(each))}} for each in made]


def item(kind: str, /, *, owner: ObjectRef | str = "", **more: Any) -> dict[str, Any]:
    owners = [{"uid": str(owner)}] if owner else []
    return {"kind": kind, "metadata": {"name": "one", "uid": f"a {kind}", "ownerReferences": owners}, **more}


def leaks(*items: dict[str, Any], variant: Variant = VARIANT) -> list[str]:
    return list(shown(variant, [*living(variant.broken), *items]))


@pytest.mark.parametrize("variant", IN_CLUSTERS, ids=lambda variant: str(variant.scenario))
def test_what_is_broken_by_design_shows_no_answer_and_what_is_whole_every_one(variant: Variant) -> None:
    assert list(shown(variant, living(variant.broken))) == []
    told = " ".join(shown(variant, living(variant.healthy)))
    assert all(str(ref) in told for ref in answers(variant))


def test_most_faults_replace_a_value() -> None:
    assert sum(bool(answers(variant)) for variant in IN_CLUSTERS) > len(IN_CLUSTERS) / 2


def test_what_the_object_at_fault_left_tells() -> None:
    assert leaks(item("Event", involvedObject={"uid": str(SERVICE)}, message=f"selects {VALUE}."))
    assert leaks(item("ControllerRevision", owner=SERVICE, data={"key": VALUE}))
    assert leaks(item("ReplicaSet", owner=SERVICE), item("Pod", owner="a ReplicaSet", spec=[VALUE]))
    whole = living(VARIANT.broken)
    next(each for each in whole if object_ref(each) == SERVICE)["metadata"]["managedFields"] = [
        {f'k:{{"n":"{VALUE}"}}': {}}
    ]
    assert list(shown(VARIANT, whole))


def test_what_others_have_by_design_does_not() -> None:
    assert leaks(item("Event", involvedObject={"uid": "another"}, message=VALUE), item("Pod", spec=[VALUE])) == []


def test_what_nothing_has_by_design_tells_everywhere() -> None:
    """Nothing of the broken system has this value, so that even a stranger's object tells it."""
    healthy = [copy.deepcopy(dict(each)) for each in VARIANT.healthy]
    next(each for each in healthy if object_ref(each) == SERVICE)["spec"]["ports"] = [OF_OLD]
    variant = replace(VARIANT, healthy=tuple(healthy))
    assert leaks(item("ConfigMap", data={"note": f"GET {OF_OLD}: 200"}), variant=variant)
    assert leaks(item("ConfigMap", data={"note": f"GET {OF_OLD}er: 200"}), variant=variant) == []
    revision = item("ReplicaSet", owner=SERVICE, spec=[OF_OLD])
    assert leaks(revision, variant=variant)
    assert leaks(revision, variant=replace(variant, shows_history=True)) == []


def test_what_kubernetes_says_itself_does_not() -> None:
    complaints = [item("Event", involvedObject={"uid": str(SERVICE)}, message=f"must be {VALUE}") for _ in range(5)]
    (told,) = leaks(*complaints)
    assert told == f"{SERVICE} had {VALUE!r}, and it is shown by Event /one, Event /one, Event /one and 2 more"
    assert leaks(*complaints, variant=replace(VARIANT, said=frozenset({VALUE}))) == []


def test_what_is_made_by_chance_does_not() -> None:
    metadata = {"name": "one", "uid": VALUE, "resourceVersion": VALUE, "creationTimestamp": VALUE}
    status = {"podIP": VALUE, "containerID": VALUE, "startTime": VALUE}
    owners = [{"uid": str(SERVICE)}]
    assert leaks({"kind": "Pod", "metadata": {**metadata, "ownerReferences": owners}, "status": status}) == []
