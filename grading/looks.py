"""Looking at all of a scenario's checks and safeguards until each has its outcome."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from grading.converge import Outcome, Task, Terms, converge
from grading.evaluate import check_look, safeguard_look
from grading.helpers import PythonCheck, ScenarioView
from grading.spec import CheckSpec, SafeguardSpec
from labs.core.ids import CheckId
from labs.core.ports import Clock

Deadline = Callable[[float], float]
"""From the seconds that something may take to the moment (epoch seconds) when that time is over."""


@dataclass(frozen=True, slots=True)
class Looks:
    """A scenario's checks and safeguards, ready to be looked at."""

    view: ScenarioView
    python_checks: Mapping[str, PythonCheck]
    clock: Clock

    def outcomes(self, deadline: Deadline, *, only: Collection[CheckId] | None = None) -> dict[CheckId, Outcome]:
        """What became of each check and safeguard (or of those named), in the scenario's order. Raises nothing."""
        spec = self.view.spec
        tasks = {check.id: self._check_task(check, deadline) for check in spec.checks}
        tasks |= {guard.id: self._safeguard_task(guard, deadline) for guard in spec.safeguards}
        wanted = {name: task for name, task in tasks.items() if only is None or name in only}
        return dict(zip(wanted, converge(list(wanted.values()), self.clock), strict=True))

    def _check_task(self, check: CheckSpec, deadline: Deadline) -> Task:
        begun = self.clock.now()
        return Task(
            look=check_look(check, self.view, self.python_checks),
            # An API server that is down tells nobody when anything changed last: it has all its time from now on.
            deadline=lambda: begun + check.within_seconds if check.api else deadline(check.within_seconds),
            terms=Terms(check.hold_seconds, check.patience_seconds),
        )

    def _safeguard_task(self, guard: SafeguardSpec, deadline: Deadline) -> Task:
        return Task(
            look=safeguard_look(guard, self.view, self.python_checks),
            deadline=lambda: deadline(guard.settling_seconds),
            terms=Terms(hold_seconds=0, patience_seconds=guard.patience_seconds),
        )
