import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Event
from typing import NamedTuple

import pytest

from labs.lifecycle.pace import FEWEST_PER_CORE, MOST_PER_CORE, WINDOW_SECONDS, Meter, Pace


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


class Times(NamedTuple):
    """Seconds of all processors since the start, as psutil.cpu_times() gives them on Linux."""

    user: float = 0.0
    nice: float = 0.0
    system: float = 0.0
    idle: float = 0.0
    iowait: float = 0.0
    irq: float = 0.0
    softirq: float = 0.0
    steal: float = 0.0
    guest: float = 0.0
    guest_nice: float = 0.0


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


def test_how_busy_it_is_does_not_depend_on_which_thread_asks() -> None:
    later = [Times(), Times(user=3.0, idle=1.0), Times(user=6.0, idle=2.0), Times(user=6.0, idle=6.0)]
    meter = Meter(iter(later).__next__)
    asked = []
    for _ in range(3):
        with ThreadPoolExecutor(1) as pool:  # a new thread each
            asked.append(pool.submit(meter.percent).result())
    assert asked == [75.0, 75.0, 0.0]


def test_waiting_for_a_disk_is_idle_and_what_a_hypervisor_took_is_not() -> None:
    meter = Meter(iter([Times(), Times(user=1.0, system=1.0, steal=1.0, idle=3.0, iowait=2.0)]).__next__)
    assert meter.percent() == pytest.approx(100 * 3 / 8)


def test_a_guests_time_counts_once() -> None:
    meter = Meter(iter([Times(), Times(user=2.0, nice=1.0, guest=2.0, guest_nice=1.0, idle=3.0)]).__next__)
    assert meter.percent() == pytest.approx(50.0)


def test_no_time_has_passed() -> None:
    meter = Meter(lambda: Times(user=1.0))
    assert meter.percent() == 0.0


def test_a_machine_that_works_is_busy_for_every_thread_that_asks() -> None:
    meter, over = Meter(), time.monotonic() + 0.5
    while time.monotonic() < over:
        pass
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(meter.percent).result() > 0.0
