"""What grading gives: for each check and safeguard, scenario and lab. Its texts are cleaned of tricks."""

from dataclasses import dataclass

from grading.findings import Verdict, Words
from grading.spec import Severity
from labs.core.ids import CheckId, LabId, RequirementId, ScenarioId


@dataclass(frozen=True, slots=True)
class CheckResult:
    """A check's verdict and the evidence for it."""

    id: CheckId
    kind: str
    target: bool
    verdict: Verdict
    points: int
    max_points: int
    penalty: int
    """What a control check's failure costs; 0 for target checks."""
    message: Words
    reason: Words
    expected: str = ""
    actual: str = ""
    since: str = ""


@dataclass(frozen=True, slots=True)
class SafeguardResult:
    """A safeguard's verdict: passed means that it held."""

    id: CheckId
    kind: str
    severity: Severity
    verdict: Verdict
    penalty: int
    cap_points: int | None
    message: Words
    reason: Words
    expected: str = ""
    actual: str = ""
    since: str = ""

    @property
    def held(self) -> bool | None:
        """Whether it held; None when that could not be told."""
        return None if self.verdict is Verdict.INCONCLUSIVE else self.verdict is Verdict.PASSED


@dataclass(frozen=True, slots=True)
class DurabilityResult:
    """Whether the fix outlives what was done to the sandbox. `verdict` None: not examined, and `reason` says why."""

    verdict: Verdict | None
    what: Words
    """What was done; empty when nothing was."""
    reason: Words


@dataclass(frozen=True, slots=True)
class ScenarioResult:
    """A scenario's verdict and points. `undecided_points` are those of inconclusive checks: neither won nor lost."""

    id: ScenarioId
    title: Words
    requirements: tuple[RequirementId, ...]
    verdict: Verdict
    points: int
    max_points: int
    undecided_points: int
    checks: tuple[CheckResult, ...]
    safeguards: tuple[SafeguardResult, ...]
    pass_share: float = 1.0
    durability: DurabilityResult | None = None
    hint_points: int = 0
    """What the hints that were taken cost."""
    seconds: float = 0.0
    """How long the grading took."""

    @property
    def is_passed(self) -> bool:
        """Whether the pass mark is reached, and surely so."""
        decided = self.verdict is not Verdict.INCONCLUSIVE
        return self.verdict is Verdict.PASSED or (
            decided and self.pass_share < 1 and self.points >= self.pass_share * self.max_points
        )


@dataclass(frozen=True, slots=True)
class RequirementTrace:
    """Where a requirement comes from: its name, and the posting's lines that ask for it."""

    id: RequirementId
    name: Words
    evidence: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A lab's grade. `graded_at`: epoch seconds."""

    lab: LabId
    candidate: str
    graded_at: float
    scenarios: tuple[ScenarioResult, ...]
    requirements: tuple[RequirementTrace, ...] = ()

    @property
    def points(self) -> int:
        """Points of all scenarios."""
        return sum(scenario.points for scenario in self.scenarios)

    @property
    def max_points(self) -> int:
        """The most that could be had."""
        return sum(scenario.max_points for scenario in self.scenarios)

    @property
    def undecided_points(self) -> int:
        """Points that a person must decide on."""
        return sum(scenario.undecided_points for scenario in self.scenarios)

    @property
    def verdict(self) -> Verdict:
        """Inconclusive when any scenario is; passed when every one reached its pass mark; else failed."""
        if any(scenario.verdict is Verdict.INCONCLUSIVE for scenario in self.scenarios):
            return Verdict.INCONCLUSIVE
        return Verdict.PASSED if all(scenario.is_passed for scenario in self.scenarios) else Verdict.FAILED
