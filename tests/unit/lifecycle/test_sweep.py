from dataclasses import replace

import pytest

from labs.core.ids import LabId, ScenarioId
from labs.core.ports import SandboxSpec
from labs.core.states import LabState
from labs.lifecycle.owners import this_process
from labs.lifecycle.record import LabRecord, Owner
from labs.lifecycle.sweep import Reason, sweep
from labs.lifecycle.up import UpRequest, up
from labs.lifecycle.views import swept_json
from tests.unit.lifecycle.fakes import World, leftovers

REQUEST = UpRequest("ana", [ScenarioId("orders_routing")])
DEAD = Owner(this_process().pid, 1.0)


def half_made(world: World, state: LabState) -> LabId:
    """What a killed `up` leaves: a row with a dead owner, a sandbox, a stack."""
    context = world.context()
    lab = LabId("bea-0001")
    now = world.clock.now()
    record = LabRecord(lab, "bea", LabState.REQUESTED, now, now + 3600, "bea", "labnode", (), doing="up", owner=DEAD)
    context.registry.reserve(replace(record, scenarios=(ScenarioId("orders_routing"),)))
    if state is not LabState.REQUESTED:
        context.registry.move(lab, LabState.PROVISIONING, now=now)
    if state is LabState.READY:
        context.registry.move(lab, LabState.READY, now=now)
    world.engine.create(SandboxSpec(lab))
    world.stacks.add(lab)
    context.files(lab).keep(admin="a")
    return lab


def test_a_living_lab_is_left_alone(world: World) -> None:
    context = world.context()
    up(context, REQUEST)
    assert sweep(context) == []
    assert len(world.engine.living) == 1


def test_a_freeze_that_was_killed_costs_no_candidate_their_work(world: World) -> None:
    context = world.context()
    lab = up(context, REQUEST).id
    context.registry.claim(lab, "freeze", DEAD)
    assert sweep(context) == []
    assert set(world.engine.living) == {lab}
    world.clock.time += 40 * 86400
    assert [each.reason for each in sweep(context)] == [Reason.EXPIRED]


def test_an_expired_lab_goes(world: World) -> None:
    context = world.context()
    lab = up(context, REQUEST).id
    world.clock.time += context.settings.ttl_seconds + 1
    (swept,) = sweep(context)
    assert (swept.lab, swept.reason, swept.trouble) == (lab, Reason.EXPIRED, "")
    assert world.engine.living == {}
    assert sweep(context) == []


@pytest.mark.parametrize("state", [LabState.REQUESTED, LabState.PROVISIONING, LabState.READY])
def test_what_a_killed_command_left_goes(world: World, state: LabState) -> None:
    lab = half_made(world, state)
    context = world.context()
    (swept,) = sweep(context)
    assert (swept.lab, swept.reason) == (lab, Reason.HALF_MADE)
    assert (world.engine.living, world.stacks, list((world.home / "labs").iterdir())) == ({}, set(), [])
    assert up(context, UpRequest("bea", [ScenarioId("orders_routing")])).state is LabState.READY


def test_what_another_command_works_on_stays(world: World) -> None:
    lab = half_made(world, LabState.PROVISIONING)
    context = world.context()
    context.registry.claim(lab, "up", this_process())
    assert sweep(context) == []
    assert lab in world.engine.living


def test_a_lost_registry_loses_nothing(world: World) -> None:
    lab = up(world.context(), REQUEST).id
    for path in world.home.glob("registry.sqlite*"):
        path.unlink()
    context = world.context()
    (swept,) = sweep(context)
    assert (swept.lab, swept.reason) == (lab, Reason.ORPHANED)
    assert (world.engine.living, world.stacks) == ({}, set())
    assert not context.files(lab).directory.exists()


def test_an_orphaned_directory_or_stack_goes_too(world: World) -> None:
    context = world.context()
    context.files(LabId("cid-0001")).keep(admin="a")
    stacks = world.home / "pulumi" / ".pulumi" / "stacks" / "taller"
    stacks.mkdir(parents=True)
    (stacks / "dan-0001.json").write_text("{}", encoding="utf-8")
    assert {swept.lab for swept in sweep(context)} == {"cid-0001", "dan-0001"}


def test_another_homes_labs_are_not_ours(world: World, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    world.others = list(leftovers("eva-0001", home=str(other)))
    assert sweep(world.context()) == []
    other.rmdir()
    assert [swept.lab for swept in sweep(world.context())] == ["eva-0001"]


def test_what_cannot_be_a_labs_name_is_told_not_touched(world: World) -> None:
    world.others = list(leftovers("../../etc"))
    (swept,) = sweep(world.context())
    assert "by hand" in swept.trouble
    assert swept_json([swept])[0]["reason"] == "orphaned"


def test_failed_labs_leave_the_list(world: World) -> None:
    world.symptom_trouble = RuntimeError("x")
    context = world.context()
    with pytest.raises(RuntimeError):
        up(context, REQUEST)
    assert [swept.reason for swept in sweep(context)] == [Reason.FAILED]
    assert context.registry.labs() == []
