"""Shells and freezing: who is in is closed, who comes later is refused."""

import fcntl
import os
import threading
from typing import Any

import pytest

from labs.core.errors import InfrastructureError, InputError
from labs.core.ids import LabId, ScenarioId
from labs.core.states import LabState
from labs.lifecycle.grade import freeze
from labs.lifecycle.owners import this_process
from labs.lifecycle.shells import close_shells, enter
from labs.lifecycle.up import UpRequest, up
from provisioner.kubernetes import access
from tests.unit.lifecycle.fakes import World


@pytest.fixture
def lab(world: World, monkeypatch: pytest.MonkeyPatch) -> LabId:
    monkeypatch.setattr(access, "revoke", lambda _: None)
    return up(world.context(), UpRequest("ana", [ScenarioId("orders_routing")])).id


def test_a_shell_that_was_starting_is_waited_for_and_closed(
    world: World, lab: LabId, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = world.context()
    starting, end = enter(context, lab), world.engine.end_commands
    assert os.get_inheritable(starting.descriptor)

    def end_commands(each: LabId) -> None:
        """It appears, and can be closed, only when it is looked for the third time."""
        end(each)
        if len(world.engine.ended) == 3:
            starting.close()

    monkeypatch.setattr(world.engine, "end_commands", end_commands)
    assert freeze(context, lab).state is LabState.FROZEN
    assert world.engine.ended == [lab] * 3


def test_one_that_does_not_end_keeps_the_lab_from_being_called_frozen(world: World, lab: LabId) -> None:
    context = world.context()
    stuck = enter(context, lab)
    with pytest.raises(InfrastructureError, match="did not end"):
        freeze(context, lab)
    assert context.registry.get(lab).state is LabState.READY
    stuck.close()
    assert freeze(context, lab).state is LabState.FROZEN


@pytest.mark.parametrize("doing", ["freeze", "down"])
def test_nobody_enters_a_lab_that_is_about_to_end(world: World, lab: LabId, doing: str) -> None:
    context = world.context()
    context.registry.claim(lab, doing, this_process())
    with pytest.raises(InputError, match=f"about to end .{doing}"):
        enter(context, lab)
    close_shells(context, context.registry.get(lab))  # and nothing was kept locked


def test_who_looked_before_the_freeze_and_comes_after_it_is_refused(
    world: World, lab: LabId, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, lock = world.context(), fcntl.flock

    def flock(descriptor: int, how: int) -> Any:
        if how == fcntl.LOCK_SH:
            monkeypatch.setattr(fcntl, "flock", lock)
            worker = threading.Thread(target=lambda: freeze(world.context(), lab))
            worker.start()
            worker.join()
        return lock(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(InputError, match="only a ready lab"):
        enter(context, lab)


def test_shells_do_not_wait_for_each_other(world: World, lab: LabId) -> None:
    first, second = enter(world.context(), lab), enter(world.context(), lab)
    assert first.record.id == second.record.id == lab
    first.close()
    second.close()
