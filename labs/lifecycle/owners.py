"""Who works on a lab, and whether they still live."""

import os
from contextlib import suppress

import psutil

from labs.lifecycle.record import Owner

_CLOCK_SLACK_SECONDS = 1.0


def this_process() -> Owner:
    """Return ourselves."""
    return Owner(os.getpid(), psutil.Process().create_time())


def is_alive(owner: Owner | None) -> bool:
    """Whether that very process runs (and not another that was given its id)."""
    if owner is None:
        return False
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(owner.pid)
        same = abs(process.create_time() - owner.started) <= _CLOCK_SLACK_SECONDS
        return same and process.status() != psutil.STATUS_ZOMBIE
    return False
