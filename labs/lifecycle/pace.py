"""How many proofs run at a time: at least a few, and more as long as the processors have time for them.

A proof works for a while and waits for a while, for rollouts, for a check to hold, for a wrong fix to be given up. How
much of each differs by scenario and machine, so that no fixed number suits: eight on two cores kept them busy with
accounts among the scenarios and left a third of their time unused without.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition
from typing import Any

import psutil

FEWEST_PER_CORE, MOST_PER_CORE = 3, 8
"""52 at once, of a whole catalogue on two cores, came to a standstill (load 140)."""
BUSY_PERCENT = 75.0
"""With more, patience ends where nothing is wrong."""
WINDOW_SECONDS = 3.0
"""What a proof that has just begun takes shows by then."""
_LOOK_SECONDS = 0.25


MANY_LABS_BYTES = 16 * 2**30
"""Three labs of each kind, at their fullest, and as much again for the host."""


def labs_side_by_side() -> int:
    """Labs of each kind (cluster, account, both, node) to share proofs out among: as many as memory allows."""
    return 3 if psutil.virtual_memory().available >= MANY_LABS_BYTES else 2


class Meter:
    """How busy the processors are, whoever asks: psutil's own percentage is since the same thread's last call.

    A thread's first call to that is answered 0, so that each of forty threads once took an overloaded machine for an
    idle one. Not thread-safe by itself: `Pace` asks under its lock.
    """

    def __init__(self, times: Callable[[], Any] = psutil.cpu_times) -> None:
        self._times = times
        self._last = times()

    def percent(self) -> float:
        """Of all processors' time since the last call by anyone, what was not idle; 0 when no time has passed."""
        now, last = self._times(), self._last
        self._last = now
        idle = now.idle + now.iowait - last.idle - last.iowait
        # What the guests took is in `user` and `nice` too.
        whole = sum(now) - sum(last) - (now.guest + now.guest_nice - last.guest - last.guest_nice)
        return 100.0 * (1.0 - idle / whole) if whole > 0 else 0.0


class Pace:
    """Gives turns: at any time while few have one, else one by one, after a look at how busy the processors are."""

    def __init__(
        self,
        *,
        cores: int | None = None,
        busy_percent: Callable[[], float] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        count = cores or os.cpu_count() or 1
        self._fewest, self._most = FEWEST_PER_CORE * count, MOST_PER_CORE * count
        self._busy_percent = busy_percent or Meter().percent  # since it was last called
        self._monotonic = monotonic
        self._changed = Condition()
        self._running = self._first = 0
        self._looked_at = monotonic()

    @contextmanager
    def turn(self, *, first: bool = False) -> Iterator[None]:
        """Hold a turn; waits until there is one. Who is to be `first` has it before all others that wait."""
        with self._changed:
            self._first += first
            while (self._first and not first) or not self._may_start():
                self._changed.wait(_LOOK_SECONDS)
            self._first -= first
            self._running += 1
        try:
            yield
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()

    def _may_start(self) -> bool:
        if self._running < self._fewest:
            return True
        now = self._monotonic()
        if self._running >= self._most or now < self._looked_at + WINDOW_SECONDS:
            return False
        self._looked_at = now
        return self._busy_percent() < BUSY_PERCENT
