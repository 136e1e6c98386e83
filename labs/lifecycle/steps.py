"""One loop over literal steps, with undo in reverse."""

import os
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Work = TypeVar("Work")


@dataclass(frozen=True, slots=True)
class Step(Generic[Work]):
    """A step of a verb. `undo` may run after a `do` that was cut short; it must not mind what is not there."""

    name: str
    do: Callable[[Work], None]
    undo: Callable[[Work], None] | None = None


@dataclass(frozen=True, slots=True)
class Course(Generic[Work]):
    """How steps are taken: which verb, whom to tell, where a test wants the process dead."""

    verb: str
    steps: Sequence[Step[Work]]
    told: Callable[[str], None]
    """Called with `verb:step` before the step."""
    finished: Callable[[str, float], None]
    """Called with `verb:step` and its seconds after the step."""
    stop_after: str = ""

    def run(self, work: Work) -> None:
        """All steps are done, in order; or, when one fails or Ctrl-C comes, all are undone and the error is raised."""
        begun: list[Step[Work]] = []
        try:
            for step in self.steps:
                name = f"{self.verb}:{step.name}"
                begun.append(step)
                self.told(name)
                started = time.monotonic()
                step.do(work)
                self.finished(name, time.monotonic() - started)
                if name == self.stop_after:
                    os.kill(os.getpid(), signal.SIGKILL)
        except BaseException as error:
            self._undo(begun, work, error)
            raise

    def _undo(self, begun: Sequence[Step[Work]], work: Work, error: BaseException) -> None:
        for step in reversed(begun):
            if step.undo is None:
                continue
            self.told(f"{self.verb}:undo {step.name}")
            try:
                step.undo(work)
            except Exception as second:  # noqa: BLE001 - the first error is the one to tell of; sweep finds the rest
                error.add_note(f"Undoing {step.name} failed too: {second}. `taller sweep` removes what is left.")
