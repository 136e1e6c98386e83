"""The proofs of one variant in a running sandbox: what must hold before a scenario is released."""

import re
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from grading.baseline import Baseline
from grading.findings import Verdict
from grading.grade import grade_scenario
from grading.handover import hand_over, recorded
from grading.helpers import PythonCheck
from grading.results import CheckResult, SafeguardResult, ScenarioResult
from grading.spec import GradingSpec
from labs.catalogue.variant import Script, Variant
from labs.core.errors import InputError, TallerError, TimedOutError
from labs.core.ids import ScenarioId
from labs.lifecycle.benches import Bench
from labs.lifecycle.sandboxes import named_spec


@dataclass(frozen=True, slots=True)
class Proof:
    """One proof of one variant. `detail` says what broke it; empty when it holds."""

    scenario: ScenarioId
    seed: str
    name: str
    """`healthy`, `fault`, `untouched`, `leaks`, `unreachable`, `fix <name>`, `trap <name>`."""
    detail: str
    seconds: float
    is_infrastructure: bool = False
    """Broken by the machine under us, which says nothing of the scenario."""

    @property
    def holds(self) -> bool:
        """Whether the proof holds."""
        return not self.detail


@dataclass(slots=True)
class Prover:
    """Proves one variant on a bench; deploys it afresh for every proof."""

    bench: Bench
    variant: Variant
    seed: str
    checks: Mapping[str, PythonCheck]
    _names: Mapping[str, str] = field(default_factory=dict)
    """What the parts of the system are called that was deployed last."""

    def proof(self, name: str, work: Callable[[], str], *, afresh: bool = True) -> Proof:
        """The proof of that name, by work that says what breaks it; nothing of an earlier one is left (`afresh`)."""
        self.bench.told(f"prove:{self.variant.scenario} {self.seed} {name}")
        started = time.monotonic()
        is_infrastructure = False
        try:
            if afresh:
                self.bench.clear(self.variant)
            detail = work()
        except TallerError as error:
            detail, is_infrastructure = error.message, not isinstance(error, TimedOutError)
        seconds = round(time.monotonic() - started, 2)
        return Proof(self.variant.scenario, self.seed, name, detail, seconds, is_infrastructure)

    def healthy(self) -> str:
        """The healthy system passes in full, within the time that its checks allow after its pods have come up."""
        self._deploy(broken=False)
        baseline = self._recorded()
        self.bench.settle(self._spec)
        clock = self.bench.clock
        deadline = clock.now() + max(check.within_seconds for check in self._spec.checks)
        while (complaint := _not_in_full(self._graded(baseline))) and clock.now() < deadline:
            clock.sleep(1.0)  # nobody has changed anything, so that a grade alone waits for nothing
        return complaint

    def fault(self, then: Script) -> "list[Proof]":
        """Under the fault exactly the targets fail; untouched it scores nothing; nothing tells the cause.

        The fix `then` is proven on the same system, as in a lab that was graded before it was worked in.
        """
        handed: list[Baseline] = []

        def fault() -> str:
            handed.append(self._broken())
            return ""

        broken = self.proof("fault", fault)
        fix = f"fix {then.name}"
        if not broken.holds:
            return [broken, Proof(broken.scenario, self.seed, fix, "the fault did not show", 0.0)]
        untouched = self.proof("untouched", lambda: _not_nothing(self._graded(handed[0])), afresh=False)
        # After a grade, which takes its time: what the system writes by itself has been written by then.
        leaking = self.proof("leaks", lambda: "; ".join(self.bench.leaks(self.variant)), afresh=False)
        return [broken, untouched, leaking, self.proof(fix, lambda: self._fixed(then, handed[0]), afresh=False)]

    def fix(self, script: Script) -> str:
        """The fix passes in full, graded as in a lab that was frozen as soon as it was done."""
        baseline = self._broken()
        self.bench.work(self.variant, script)
        return _not_in_full(self._graded(baseline))

    def _fixed(self, script: Script, baseline: Baseline) -> str:
        """The fix passes in full, graded as in a lab that is worked in, and again as in a frozen one."""
        self.bench.work(self.variant, script)
        return _not_in_full(self._graded(baseline, frozen=False)) or _not_in_full(self._graded(baseline))

    def trap(self, script: Script) -> str:
        """The check or safeguard that the trap names catches it; if not before, then once the lab is frozen."""
        baseline = self._broken()
        self.bench.work(self.variant, script)
        if not _not_caught(self._graded(baseline, frozen=False), script):
            return ""
        return _not_caught(self._graded(baseline), script)

    def _broken(self) -> Baseline:
        self._deploy(broken=True)
        return self._handed_over()

    def _deploy(self, *, broken: bool) -> None:
        self._names = self.bench.deploy(self.variant, broken=broken)

    @property
    def _spec(self) -> GradingSpec:
        return named_spec(self.variant, self._names)

    def _handed_over(self) -> Baseline:
        return hand_over(self._spec, self.bench.sandbox, self.bench.clock, self.checks).baseline

    def _recorded(self) -> Baseline:
        return recorded(self._spec, self.bench.sandbox, self.bench.clock)

    def _graded(self, baseline: Baseline, *, frozen: bool = True) -> ScenarioResult:
        """A result; as of a frozen lab, durability is examined too, where there is leave to."""
        bench = self.bench
        leave = bench.examination() if frozen else None
        return grade_scenario(self._spec, bench.sandbox, baseline, bench.clock, self.checks, examination=leave)


def _alone(name: str, work: "Callable[[Prover], str]") -> "Task":
    return lambda prover: [prover.proof(name, lambda: work(prover))]


Task = Callable[[Prover], list[Proof]]
"""Some proofs, by a prover of the variant on any bench."""


@dataclass(frozen=True, slots=True)
class Part:
    """One of so many parts of what can be left for another time, by turns; together they are all.

    That is the healthy system (the first fix makes one), the fixes after the first, and the traps.
    """

    number: int = 1
    """1 … `of`."""
    of: int = 1

    @classmethod
    def parse(cls, text: str) -> "Part":
        """Return the part that is written K/N. Raises InputError."""
        if (match := _WRITTEN.fullmatch(text)) and 1 <= int(match[1]) <= int(match[2]):
            return cls(int(match[1]), int(match[2]))
        raise InputError(f"{text!r} is no part.", hint="--part 1/3 is the first of three parts.")

    def names(self, variant: Variant) -> frozenset[str]:
        """The proofs of the part: `healthy`, `fix <name>`, `trap <name>`. The first fix is in every part."""
        first = next(iter(variant.fixes))
        return frozenset((f"fix {first}", *(name for name, _ in _dealt(variant, self))))


EVERYTHING = Part()
_WRITTEN = re.compile(r"([1-9]\d{0,2})/([1-9]\d{0,2})")


def tasks(variant: Variant, part: Part = EVERYTHING) -> "Sequence[Task]":
    """Return what is to be proven, in tasks that do not need each other. None ever raises a TallerError."""
    first = next(iter(variant.fixes.values()))
    return [partial(Prover.fault, then=first), *(_alone(name, work) for name, work in _dealt(variant, part))]


def _dealt(variant: Variant, part: Part) -> Sequence[tuple[str, Callable[[Prover], str]]]:
    """The proofs of the part, by name."""
    _, *others = variant.fixes.values()
    every: list[tuple[str, Callable[[Prover], str]]] = [("healthy", Prover.healthy)]
    every += [(f"fix {script.name}", partial(Prover.fix, script=script)) for script in others]
    every += [(f"trap {script.name}", partial(Prover.trap, script=script)) for script in variant.traps.values()]
    # Scenarios begin with different parts, so that none has all the remainders.
    begin = (part.number - 1 - zlib.crc32(variant.scenario.encode())) % part.of
    return every[begin :: part.of]


def verdicts_of(result: ScenarioResult) -> list[CheckResult | SafeguardResult]:
    """Return the checks and the safeguards alike."""
    return [*result.checks, *result.safeguards]


def _not_in_full(result: ScenarioResult) -> str:
    if result.verdict is Verdict.PASSED and result.points == result.max_points:
        return ""
    return f"{result.points} of {result.max_points} points, {result.verdict}: {_complaints(result)}"


def _not_nothing(result: ScenarioResult) -> str:
    if result.verdict is Verdict.FAILED and result.points == 0:
        return ""
    return f"{result.points} points for doing nothing, {result.verdict}: {_complaints(result)}"


def _not_caught(result: ScenarioResult, script: Script) -> str:
    verdicts: dict[str, Verdict] = {each.id: each.verdict for each in verdicts_of(result)}
    if script.caught_by not in verdicts:
        return f"it names {script.caught_by!r}, which is no check or safeguard of the scenario"
    if verdicts[script.caught_by] is not Verdict.FAILED:
        return f"{script.caught_by} does not catch it ({verdicts[script.caught_by]}); {_complaints(result) or 'passed'}"
    return "" if result.verdict is Verdict.FAILED else f"caught, and yet {result.verdict}"


def _complaints(result: ScenarioResult) -> str:
    found = (each for each in verdicts_of(result) if each.verdict is not Verdict.PASSED)
    told = [f"{each.id} {each.verdict}: {each.reason.en} {each.actual}".strip() for each in found]
    lasting = result.durability
    if lasting and lasting.verdict not in {None, Verdict.PASSED}:
        told.append(f"durability {lasting.verdict}: {lasting.reason.en}")
    return "; ".join(told)
