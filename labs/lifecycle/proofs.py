"""The proofs of one variant in a running sandbox: what must hold before a scenario is released."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from grading.baseline import Baseline, record
from grading.durability import Examination
from grading.findings import Verdict
from grading.grade import grade_scenario
from grading.handover import hand_over
from grading.helpers import PythonCheck
from grading.results import CheckResult, SafeguardResult, ScenarioResult
from grading.settled import unsettled
from labs.catalogue.variant import Script, Variant
from labs.core.errors import TallerError, TimedOutError
from labs.core.ids import LabId, ScenarioId
from labs.core.ports import CandidateAccess, Clock, Engine, Manifest
from labs.core.probes import ObjectRef
from labs.lifecycle.leaks import leaks
from labs.lifecycle.scripts import run_script

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provisioner.kubernetes.sandbox import KubernetesSandbox

SETTLE_SECONDS = 60.0
"""Healthy pods are Ready within: twelve times the usual."""
REMOVE_SECONDS = 60.0
TIMES = 2
"""Each fix is graded so many times: the same state must give the same score."""


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


@dataclass(frozen=True, slots=True)
class Bench:
    """Where a variant is proven."""

    lab: LabId
    engine: Engine
    sandbox: "KubernetesSandbox"
    clock: Clock
    told: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Prover:
    """Proves one variant on a bench; deploys it afresh for every proof and removes it after."""

    bench: Bench
    variant: Variant
    seed: str
    checks: Mapping[str, PythonCheck]

    def proof(self, name: str, work: Callable[[], str], *, afresh: bool = True) -> Proof:
        """The proof of that name, by work that says what breaks it; nothing of an earlier one is left (`afresh`)."""
        self.bench.told(f"prove:{self.variant.scenario} {self.seed} {name}")
        started = time.monotonic()
        is_infrastructure = False
        try:
            if afresh:
                self._clear()
            detail = work()
        except TallerError as error:
            detail, is_infrastructure = error.message, not isinstance(error, TimedOutError)
        seconds = round(time.monotonic() - started, 2)
        return Proof(self.variant.scenario, self.seed, name, detail, seconds, is_infrastructure)

    def healthy(self) -> str:
        """The healthy system passes in full."""
        self._deploy(self.variant.healthy)
        self._settle()
        return _not_in_full(self._graded(self._recorded()))

    def fault(self) -> "list[Proof]":
        """Under the fault exactly the targets fail; untouched it scores nothing; nothing tells the cause."""
        handed: list[Baseline] = []

        def fault() -> str:
            self._deploy(self.variant.broken)
            handed.append(self._handed_over())
            return ""

        broken = self.proof("fault", fault)
        if not broken.holds:
            return [broken]
        reader = self.bench.sandbox.reader
        leaking = self.proof("leaks", lambda: "; ".join(leaks(reader, self.variant)), afresh=False)
        return [broken, leaking, self.proof("untouched", lambda: _not_nothing(self._graded(handed[0])), afresh=False)]

    def fix(self, script: Script) -> str:
        """The fix passes in full, every time it is looked at."""
        baseline = self._broken_and_worked(script)
        return next((detail for _ in range(TIMES) if (detail := _not_in_full(self._graded(baseline)))), "")

    def trap(self, script: Script) -> str:
        """The check or safeguard that the trap names catches it."""
        baseline = self._broken_and_worked(script)
        return _not_caught(self._graded(baseline), script)

    def _broken_and_worked(self, script: Script) -> Baseline:
        from provisioner.kubernetes.access import Grant, give  # noqa: PLC0415 - the provisioner is slow to import

        self._deploy(self.variant.broken)
        baseline = self._handed_over()
        grants = [Grant(access.namespace, access.rules) for access in self.variant.candidate_rules]
        kubeconfig = give(self.bench.sandbox, grants, ttl_seconds=3600)
        run_script(self.bench.engine, self.bench.lab, script, CandidateAccess(kubeconfig))
        return baseline

    def _deploy(self, manifests: "Sequence[Manifest]") -> None:
        self.bench.sandbox.writer.apply(manifests, field_manager="taller")

    def _handed_over(self) -> Baseline:
        return hand_over(self.variant.spec, self.bench.sandbox, self.bench.clock, self.checks).baseline

    def _recorded(self) -> Baseline:
        return record(self.bench.sandbox.reader, self.variant.spec, self.bench.clock)

    def _graded(self, baseline: Baseline) -> ScenarioResult:
        """Durability is examined too: nobody else works in the sandbox."""
        bench = self.bench
        return grade_scenario(
            self.variant.spec,
            bench.sandbox,
            baseline,
            bench.clock,
            self.checks,
            examination=Examination(bench.sandbox.disturber, begins=lambda _: None),
        )

    def _settle(self) -> None:
        clock = self.bench.clock
        deadline = clock.now() + SETTLE_SECONDS
        while starting := unsettled(self.bench.sandbox.reader, self.variant.spec, now=clock.now()):
            if clock.now() > deadline:
                raise TimedOutError(f"Still starting after {SETTLE_SECONDS:g} s: {', '.join(starting)}")
            clock.sleep(0.2)

    def _clear(self) -> None:
        """Nothing of the scenario is left. Pods are killed, not asked: their last will is of no interest."""
        sandbox = self.bench.sandbox
        for namespace in self.variant.namespaces:
            sandbox.writer.kill_pods(namespace)
        refs = [ObjectRef("v1", "Namespace", namespace) for namespace in self.variant.namespaces]
        sandbox.writer.delete_and_wait(refs, timeout_seconds=REMOVE_SECONDS)


def _alone(name: str, work: "Callable[[Prover], str]") -> "Task":
    return lambda prover: [prover.proof(name, lambda: work(prover))]


Task = Callable[[Prover], list[Proof]]
"""Some proofs, by a prover of the variant on any bench."""


def tasks(variant: Variant) -> "Sequence[Task]":
    """Return what is to be proven, in parts that do not need each other. None ever raises a TallerError."""
    fixes = [(f"fix {script.name}", partial(Prover.fix, script=script)) for script in variant.fixes.values()]
    traps = [(f"trap {script.name}", partial(Prover.trap, script=script)) for script in variant.traps.values()]
    each: list[tuple[str, Callable[[Prover], str]]] = [("healthy", Prover.healthy), *fixes, *traps]
    return [Prover.fault, *(_alone(name, work) for name, work in each)]


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
