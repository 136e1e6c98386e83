import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Event

import pytest

from labs.lifecycle.pace import FEWEST_PER_CORE, MOST_PER_CORE, WINDOW_SECONDS, Pace


class Machine:
    """A clock that is set by hand, and a load."""

    def __init__(self) -> None:
        self.now, self.busy = 100.0, 10.0

    def pace(self) -> Pace:
        return Pace(cores=1, busy_percent=lambda: self.busy, monotonic=lambda: self.now)


def starts(pace: Pace, within: float = 0.6) -> bool:
    """Whether another turn is given within that time; it is given back."""
    begun, over = Event(), Event()

    def take() -> None:
        with pace.turn():
            begun.set()
            over.wait()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(take)
        came = begun.wait(within)
        if not came:  # so that the thread ends
            pace._fewest = 1000
        over.set()
    return came


@pytest.fixture
def machine() -> Machine:
    return Machine()


def test_a_few_run_however_busy_the_machine_is(machine: Machine) -> None:
    machine.busy = 100.0
    pace = machine.pace()
    with ExitStack() as stack:
        for _ in range(FEWEST_PER_CORE):
            stack.enter_context(pace.turn())
        machine.now += WINDOW_SECONDS
        assert not starts(pace)


def test_one_more_runs_after_each_look_at_an_idle_machine(machine: Machine) -> None:
    pace = machine.pace()
    with ExitStack() as stack:
        for _ in range(FEWEST_PER_CORE):
            stack.enter_context(pace.turn())
        machine.now += WINDOW_SECONDS
        stack.enter_context(pace.turn())
        assert not starts(pace), "what the last one takes does not show yet"


def test_there_is_an_end_to_it(machine: Machine) -> None:
    pace = machine.pace()
    with ExitStack() as stack:
        for _ in range(MOST_PER_CORE):
            machine.now += WINDOW_SECONDS
            stack.enter_context(pace.turn())
        machine.now += WINDOW_SECONDS
        assert not starts(pace)


def test_a_turn_comes_back_whatever_happens(machine: Machine) -> None:
    machine.busy = 100.0
    pace = machine.pace()
    for _ in range(FEWEST_PER_CORE + 1):
        with pytest.raises(RuntimeError), pace.turn():
            raise RuntimeError
    assert starts(pace)


def test_who_is_to_be_first_does_not_wait_for_those_that_waited_before(machine: Machine) -> None:
    machine.busy = 100.0
    pace = machine.pace()
    order: list[str] = []

    def take(name: str, *, first: bool) -> None:
        with pace.turn(first=first):
            order.append(name)

    with ThreadPoolExecutor(2) as pool, ExitStack() as stack:
        for _ in range(FEWEST_PER_CORE - 1):
            stack.enter_context(pace.turn())
        with pace.turn():
            waiting = [pool.submit(take, "usual", first=False)]
            time.sleep(0.05)
            waiting.append(pool.submit(take, "first", first=True))
            time.sleep(0.05)
        for each in waiting:
            each.result()
    assert order == ["first", "usual"]
