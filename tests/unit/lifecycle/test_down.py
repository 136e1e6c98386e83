import subprocess
import sys

import psutil
import pytest

from labs.core.errors import InfrastructureError, InputError, NotFoundError
from labs.core.ids import LabId, ScenarioId
from labs.core.states import LabState
from labs.lifecycle.down import DOWN_STEPS, down
from labs.lifecycle.owners import this_process
from labs.lifecycle.record import Owner
from labs.lifecycle.up import UpRequest, up
from tests.unit.lifecycle.fakes import World

REQUEST = UpRequest("ana", [ScenarioId("orders_routing")])


def test_nothing_is_left_but_the_row(world: World) -> None:
    context = world.context()
    lab = up(context, REQUEST).id
    world.told.clear()
    record = down(context, lab)
    assert record.state is LabState.GONE
    assert (world.engine.living, world.stacks) == ({}, set())
    assert not context.files(lab).directory.exists()
    assert context.registry.labs() == []
    assert world.told == [f"down:{step.name}" for step in DOWN_STEPS]
    assert record.timings["down_seconds"] >= 0


def test_twice_is_once(world: World) -> None:
    context = world.context()
    lab = up(context, REQUEST).id
    assert down(context, lab).state is down(context, lab).state


def test_an_unknown_lab(world: World) -> None:
    with pytest.raises(NotFoundError, match="ana-0000"):
        down(world.context(), LabId("ana-0000"))


def test_the_stack_is_known_as_long_as_a_sandbox_may_be_left(world: World) -> None:
    context = world.context()
    lab = up(context, REQUEST).id
    world.engine.destroy_troubles = 2
    with pytest.raises(InfrastructureError, match="would not go"):
        down(context, lab)
    assert world.stacks == {lab}
    assert context.registry.get(lab).state is not LabState.GONE
    assert down(context, lab).state is LabState.GONE
    assert (world.engine.living, world.stacks) == ({}, set())


def test_a_sandbox_that_would_not_go_is_asked_once_more(world: World) -> None:
    context = world.context()
    lab = up(context, REQUEST).id
    world.engine.destroy_troubles = 1
    assert down(context, lab).state is LabState.GONE
    assert (world.engine.living, world.stacks) == ({}, set())


def test_a_teardown_waits_for_no_import_that_it_does_without() -> None:
    code = (
        "import sys, labs.lifecycle.down, labs.lifecycle.wiring, provisioner.pulumi.stack, provisioner.pulumi.backend,"
        "provisioner.emulated.engine, provisioner.labnode.engine;"
        "print([name for name in ('pulumi', 'grpc', 'botocore', 'labs.catalogue', 'grading') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_damaged_state_does_not_keep_a_lab_alive(world: World) -> None:
    context = world.context()
    lab = up(context, REQUEST).id
    world.pulumi_trouble = InfrastructureError("damaged")
    down(context, lab)
    assert (world.engine.living, world.stacks) == ({}, set())


def test_a_lab_that_another_process_works_on_is_left_alone(world: World) -> None:
    context = world.context()
    lab = up(context, REQUEST).id
    init = Owner(1, psutil.Process(1).create_time())
    context.registry.claim(lab, "up", init)
    with pytest.raises(InputError, match="Process 1 works on the lab"):
        down(context, lab)
    assert lab in world.engine.living


def test_a_dead_process_owns_nothing(world: World) -> None:
    context = world.context()
    lab = up(context, REQUEST).id
    context.registry.claim(lab, "down", Owner(this_process().pid, 1.0))
    assert down(context, lab).state is LabState.GONE
