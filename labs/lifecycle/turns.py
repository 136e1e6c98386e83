"""Turns: as many labs start at once as the host has processors; the others wait, and lose nothing by it.

Starting a lab is work for the processor. Eight at once on two cores were all ready after 86 s and none before 55 s; by
turns the first are ready as soon as if they were alone. A turn is a lock of the kernel: who is killed gives it back.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TextIO

LOOK_SECONDS = 0.05


@contextmanager
def turn(directory: Path, *, places: int | None = None, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold one of the host's `places` (default: its processors). `waiting` is called once when none is free."""
    directory.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        count = places or os.cpu_count() or 1
        files = [stack.enter_context((directory / f"start-{number}.lock").open("w")) for number in range(count)]
        if not _any_locked(files):
            waiting()
            while not _any_locked(files):
                time.sleep(LOOK_SECONDS)
        yield


def _any_locked(files: Sequence[TextIO]) -> bool:
    for file in files:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        return True
    return False
