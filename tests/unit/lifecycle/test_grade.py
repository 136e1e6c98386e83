import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, cast

import pytest

from grading import grade as grading
from labs.core.errors import InfrastructureError, InputError, NotFoundError
from labs.core.ids import ScenarioId
from labs.core.states import LabState
from labs.lifecycle import grade as grade_module
from labs.lifecycle.down import down
from labs.lifecycle.grade import freeze, hint, lab_grade
from labs.lifecycle.up import UpRequest, up
from provisioner.kubernetes import access
from tests.unit.lifecycle.fakes import World

ORDERS = ScenarioId("orders_routing")
CATALOG = ScenarioId("catalog_never_ready")
REQUEST = UpRequest("ana", [ORDERS])


@pytest.fixture
def revoked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    calls: list[Any] = []
    monkeypatch.setattr(access, "revoke", calls.append)
    return calls


def test_freezing_ends_the_access_once(world: World, revoked: list[Any]) -> None:
    context = world.context()
    lab = up(context, REQUEST).id
    record = freeze(context, lab)
    assert (record.state, record.frozen_at) == (LabState.FROZEN, world.clock.now())
    assert freeze(context, lab).state is LabState.FROZEN
    assert revoked == [f"admin of {lab}"]
    assert world.engine.ended == [lab]
    with pytest.raises(NotFoundError):
        context.files(lab).read_candidate()
    assert context.registry.get(lab).doing == ""


def test_a_failed_freeze_can_be_tried_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(_: object) -> None:
        raise InfrastructureError("no API")

    monkeypatch.setattr(access, "revoke", unreachable)
    context = world.context()
    lab = up(context, REQUEST).id
    with pytest.raises(InfrastructureError):
        freeze(context, lab)
    record = context.registry.get(lab)
    assert (record.state, record.doing) == (LabState.READY, "")


def test_a_vanished_sandbox_is_not_the_candidates_failure(world: World) -> None:
    context = world.context()
    lab = up(context, REQUEST).id
    world.engine.living.clear()
    for verb in (lab_grade, freeze):
        with pytest.raises(InfrastructureError, match="vanished"):
            verb(context, lab)


def test_what_is_gone_cannot_be_graded(world: World) -> None:
    context = world.context()
    lab = up(context, REQUEST).id
    down(context, lab)
    for verb in (lab_grade, freeze):
        with pytest.raises(InputError, match="is gone"):
            verb(context, lab)


def test_hints_come_in_order_and_are_counted(world: World) -> None:
    context = world.context()
    lab = up(context, REQUEST).id
    total = len(context.catalogue[ORDERS].draw("ana").hints)
    assert total
    assert [hint(context, lab, ORDERS)[0] for _ in range(total)] == list(range(1, total + 1))
    with pytest.raises(NotFoundError, match="no further hint"):
        hint(context, lab, ORDERS)
    taken = context.registry.get(lab).hints
    assert [(each.index, each.cost > 0) for each in taken] == [(index, True) for index in range(total)]
    with pytest.raises(NotFoundError):
        hint(context, lab, ScenarioId("catalog_never_ready"))


def test_a_frozen_labs_candidate_needs_no_hint(world: World, revoked: list[Any]) -> None:
    context = world.context()
    lab = up(context, REQUEST).id
    freeze(context, lab)
    assert revoked
    assert lab in world.engine.living
    with pytest.raises(InputError, match="frozen"):
        hint(context, lab, ORDERS)
    assert LabState.FROZEN in grade_module.GRADEABLE


def test_the_hints_that_were_taken_cost_points(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs: list[Any] = []
    monkeypatch.setattr(grading, "grade_lab", lambda _lab, given, *_, **__: jobs.extend(given))
    context = world.context()
    lab = up(context, REQUEST).id
    cost = hint(context, lab, ORDERS)[1].cost
    lab_grade(context, lab)
    assert [job.hint_points for job in jobs] == [cost]
    assert cost > 0


class FrozenSandbox:
    """The one thing of a sandbox that leave to examine needs."""

    disturber = "the disturber"


def test_durability_is_examined_in_a_frozen_lab_only_and_remembered(
    world: World, revoked: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs: list[Any] = []
    monkeypatch.setattr(grading, "grade_lab", lambda _lab, given, *_, **__: jobs.extend(given))
    context = replace(world.context(), sandbox_of=cast("Any", lambda _: FrozenSandbox()))
    lab = up(context, UpRequest("ana", [ORDERS, CATALOG])).id
    lab_grade(context, lab)
    assert [job.examination for job in jobs] == [None, None]
    freeze(context, lab)
    assert revoked
    jobs.clear()
    lab_grade(context, lab)
    assert [(job.examination.disturber, job.examination.earlier) for job in jobs] == [("the disturber", None)] * 2
    jobs[0].examination.begins(["neighbour-answers"])
    jobs[1].examination.begins([])
    jobs.clear()
    lab_grade(context, lab)
    assert [job.examination.earlier for job in jobs] == [{"neighbour-answers"}, set()]
    assert [event.detail for event in context.registry.events(lab) if event.name == "disturbed"] == [
        "orders_routing neighbour-answers",
        "catalog_never_ready",
    ]


def test_gradings_of_a_frozen_lab_take_turns(world: World, revoked: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    inside: list[int] = []
    lock = threading.Lock()

    def slowly(*_: object, **__: object) -> None:
        assert lock.acquire(blocking=False), "two at once"
        time.sleep(0.05)
        inside.append(1)
        lock.release()

    monkeypatch.setattr(grading, "grade_lab", slowly)
    context = replace(world.context(), sandbox_of=cast("Any", lambda _: FrozenSandbox()))
    lab = up(context, REQUEST).id
    freeze(context, lab)
    assert revoked
    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(lab_grade, context, lab) for _ in range(3)]:
            done.result()
    assert len(inside) == 3
    assert "grade:wait for another grading" in world.told
