"""`down`: from any state to nothing left."""

import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from labs.core.errors import InfrastructureError
from labs.core.ids import LabId
from labs.core.states import LabState
from labs.lifecycle.accounts import check_account_is_kept, end_account
from labs.lifecycle.context import Context
from labs.lifecycle.owners import this_process
from labs.lifecycle.record import LabRecord
from labs.lifecycle.sandboxes import engines
from labs.lifecycle.steps import Course, Step


@dataclass(slots=True)
class _Work:
    """What the steps share."""

    context: Context
    record: LabRecord
    ended: "Sequence[Future[None]]"

    @property
    def lab(self) -> LabId:
        return self.record.id


def down(context: Context, lab: LabId) -> LabRecord:
    """Nothing of the lab is left but its row, whose state is gone. Idempotent: a lab that is gone is returned as it is.

    Raises NotFoundError for an unknown lab, InputError while another living process works on it, and ResidueError when
    its real account is not known to be clean: the lab is not gone then, and asking again looks again.
    """
    record = context.registry.get(lab)
    if record.state is LabState.GONE:
        return record
    check_account_is_kept(context, record)
    record = context.registry.claim(lab, "down", this_process())
    started = time.monotonic()
    with ThreadPoolExecutor(max_workers=2, thread_name_prefix="down") as pool:
        # All sandboxes end at once, and a real account is taken down meanwhile.
        ended = [pool.submit(engine.destroy, lab) for engine in engines(context, record)]
        work = _Work(context, record, ended)
        Course(
            "down",
            DOWN_STEPS,
            told=context.told,
            finished=lambda name, seconds: _finished(work, name, seconds),
            stop_after=context.settings.stop_after_step,
        ).run(work)
    timings = {**record.timings, "down_seconds": round(time.monotonic() - started, 3)}
    gone = context.registry.move(lab, LabState.GONE, now=context.clock.now(), timings=timings)
    context.registry.release(lab)
    return gone


def remove_orphan(context: Context, lab: LabId, engine_names: Sequence[str]) -> None:
    """Nothing of a lab without a living row is left, whether registry and state know it or not."""
    for name in engine_names:
        context.engine_of(name).destroy(lab)
    end_account(context, lab)
    context.stack_of(lab, context.engine_of).forget()
    context.files(lab).remove()


def _finished(work: _Work, name: str, seconds: float) -> None:
    work.context.registry.note(work.lab, name, now=work.context.clock.now(), detail=f"{seconds:.3f} s", step=name)


def _account(work: _Work) -> None:
    """What is in a real account outlives the lab's sandboxes: Pulumi destroys it one by one."""
    end_account(work.context, work.lab)


def _engine(work: _Work) -> None:
    """Nothing of the sandboxes is left. One that would not go is asked once more."""
    for ended, engine in zip(work.ended, engines(work.context, work.record), strict=True):
        try:
            ended.result()
        except InfrastructureError:
            engine.destroy(work.lab)


def _stack(work: _Work) -> None:
    """The stack is forgotten, now that nothing is left of what it describes."""
    work.context.stack_of(work.lab, work.context.engine_of).forget()


def _files(work: _Work) -> None:
    work.context.files(work.lab).remove()


DOWN_STEPS: tuple[Step[_Work], ...] = (
    Step("account", _account),
    Step("engine", _engine),
    Step("stack", _stack),
    Step("files", _files),
)
"""No undo: a teardown that was cut short is taken up again from its start.

The stack goes last but for the files: as long as something of the lab may be left, Pulumi's tools show it
(docs/decisions/a-teardown-without-pulumi.md).
"""
