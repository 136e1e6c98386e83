"""Candidates' shells and the end of their time: none is open, or on its way, once a lab is frozen.

A shell holds a shared lock of the lab's from before it looks at the lab's state until it ends. Whoever freezes marks
the lab first, then closes shells until the lock is theirs alone: a shell that was only starting is closed when it
appears, and one that comes later sees the mark.
"""

import fcntl
import os
from dataclasses import dataclass

from labs.core.errors import InfrastructureError, InputError
from labs.core.ids import LabId
from labs.core.states import LabState
from labs.lifecycle.context import Context
from labs.lifecycle.record import LabRecord
from labs.lifecycle.sandboxes import engines

CLOSE_SECONDS = 30.0
"""A shell that is killed ends within a tenth of a second; starting one takes seconds on an overloaded host."""
LOOK_SECONDS = 0.05
ENDING = frozenset({"freeze", "down"})


@dataclass(frozen=True, slots=True)
class Entry:
    """The right to start one shell, until `close` or the end of the processes that inherited the descriptor."""

    record: LabRecord
    descriptor: int
    """Inheritable: the shell's process must hold it as long as it lives (`exec`, or `pass_fds`)."""

    def close(self) -> None:
        """The right is given back; a process that inherited it keeps it."""
        os.close(self.descriptor)


def enter(context: Context, lab: LabId) -> Entry:
    """The lab is ready, and a freeze that begins from now on waits for the shell and closes it.

    Raises NotFoundError for an unknown lab and InputError for one that is not ready, or about to end.
    """
    _require_ready(context.registry.get(lab))
    descriptor = os.open(context.files(lab).shells, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        record = context.registry.get(lab)  # again, now that nobody can freeze it unnoticed
        _require_ready(record)
        os.set_inheritable(descriptor, True)  # noqa: FBT003 - its only form
    except BaseException:
        os.close(descriptor)
        raise
    return Entry(record, descriptor)


def close_shells(context: Context, record: LabRecord) -> None:
    """No shell is open or on its way. The lab must be marked (`doing`) by now, so that no further one begins.

    Raises InfrastructureError when one does not end.
    """
    sandboxes = engines(context, record)
    deadline = context.clock.now() + CLOSE_SECONDS
    with context.files(record.id).shells.open("a") as file:
        while True:
            for engine in sandboxes:
                engine.end_commands(record.id)
            if _is_locked(file.fileno()):
                return
            if context.clock.now() >= deadline:
                raise InfrastructureError(
                    f"A shell of lab {record.id} did not end within {CLOSE_SECONDS:g} s of being closed.",
                    hint="The candidate's credentials have ended. Run the freeze again.",
                    lab=record.id,
                )
            context.clock.sleep(LOOK_SECONDS)


def _require_ready(record: LabRecord) -> None:
    if record.state is not LabState.READY:
        raise InputError(f"The lab {record.id} is {record.state}: only a ready lab can be entered.", lab=record.id)
    if record.doing in ENDING:
        raise InputError(f"The lab {record.id} is about to end ({record.doing}).", lab=record.id)


def _is_locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
