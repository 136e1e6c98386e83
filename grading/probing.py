"""Probes from one pod for each client, had only when a check first needs it and shared by all that follow."""

from collections.abc import Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from labs.core.errors import InfrastructureError, UnreachableError
from labs.core.ports import Prober, Sandbox
from labs.core.probes import ClientIdentity, NetworkProbe, ProbeAnswer


class Probes:
    """Use as a context, from one thread: probers open lazily and close at the end.

    A prober that fails is given up and had anew at the next question: its pod may have been deleted by the candidate.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._open: dict[ClientIdentity, tuple[ExitStack, Prober]] = {}

    def open(self, identity: ClientIdentity) -> None:
        """Have the prober now, for it takes a second or two to start. Raises UnreachableError when it cannot be had."""
        self._prober(identity)

    def ask(self, identity: ClientIdentity, probes: Sequence[NetworkProbe]) -> Sequence[ProbeAnswer]:
        """An answer for each probe, in order. Raises UnreachableError when they could not be asked."""
        try:
            answers = self._prober(identity).ask(probes)
        except InfrastructureError:
            self._give_up(identity)
            raise
        if len(answers) != len(probes):
            self._give_up(identity)
            raise UnreachableError(f"{len(probes)} probes were asked, but {len(answers)} answered.")
        return answers

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for identity in list(self._open):
            self._give_up(identity)

    def _prober(self, identity: ClientIdentity) -> Prober:
        if identity not in self._open:
            stack = ExitStack()
            self._open[identity] = stack, stack.enter_context(self._sandbox.prober(identity))
        return self._open[identity][1]

    def _give_up(self, identity: ClientIdentity) -> None:
        """Close the prober. That its pod could not be removed spoils no grade: it goes with the lab."""
        if identity in self._open:
            stack, _ = self._open.pop(identity)
            try:
                stack.close()
            except InfrastructureError:
                return
