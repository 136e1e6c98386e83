"""Booting a node while Pulumi gets ready."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from labs.core.ids import LabId
from labs.core.ports import CandidateAccess, Engine, SandboxHandle, SandboxSpec


class AheadEngine:
    """An engine whose sandbox of one lab is being created already; `create` waits for it."""

    def __init__(self, engine: Engine, lab: LabId, coming: "Future[SandboxHandle]") -> None:
        self._engine = engine
        self._lab = lab
        self._coming = coming
        self.name = engine.name
        self.kind = engine.kind

    def problems(self) -> Sequence[str]:
        """See Engine."""
        return self._engine.problems()

    def create(self, spec: SandboxSpec) -> SandboxHandle:
        """See Engine."""
        return self._coming.result() if spec.lab == self._lab else self._engine.create(spec)

    def is_alive(self, lab: LabId) -> bool:
        """See Engine."""
        return self._engine.is_alive(lab)

    def destroy(self, lab: LabId) -> None:
        """See Engine."""
        self._engine.destroy(lab)

    def command_in_cell(self, lab: LabId, command: Sequence[str], access: CandidateAccess) -> Sequence[str]:
        """See Engine."""
        return self._engine.command_in_cell(lab, command, access)

    def audit_log(self, lab: LabId) -> str:
        """See Engine."""
        return self._engine.audit_log(lab)

    def command_on_node(self, lab: LabId, command: Sequence[str], *, terminal: bool) -> Sequence[str]:
        """See Engine."""
        return self._engine.command_on_node(lab, command, terminal=terminal)

    def end_commands(self, lab: LabId) -> None:
        """See Engine."""
        self._engine.end_commands(lab)


@contextmanager
def booting(engine: Engine, spec: SandboxSpec) -> Iterator[AheadEngine]:
    """Give an engine whose `create` of that spec has begun; it has ended, one way or the other, when the context ends.

    Importing Pulumi and starting its CLI take as long as half a boot; a node that is asked for by its resource finds
    itself under way. Creation is idempotent, so the stack stays the whole truth about the lab.
    """
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="boot") as pool:
        yield AheadEngine(engine, spec.lab, pool.submit(engine.create, spec))
