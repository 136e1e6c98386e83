"""Grading: every check and safeguard of a scenario runs, always; the scenarios of a lab side by side.

Changes nothing but where a job brings leave to examine durability (`grading.durability`).
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from grading import score
from grading.baseline import Baseline
from grading.clean import clean
from grading.converge import Outcome
from grading.durability import Examination, examined
from grading.findings import Finding, Verdict, Words
from grading.helpers import PythonCheck, ScenarioView
from grading.looks import Looks
from grading.probing import Probes
from grading.results import CheckResult, DurabilityResult, Report, RequirementTrace, SafeguardResult, ScenarioResult
from grading.retries import LONGEST_WAIT_SECONDS, Retries
from grading.spec import CheckSpec, GradingSpec, SafeguardSpec
from grading.spec_parts import Text
from grading.window import last_change, scope_entries
from labs.core.errors import InputError
from labs.core.ids import LabId
from labs.core.ports import Clock, Sandbox

NOTHING_SEEN = Finding(passed=False, reason=Words("", ""))

LastWrite = Callable[[], float | None]
"""When the candidate last wrote in the scenario's namespaces (epoch seconds), by a record of their requests."""


@dataclass(frozen=True, slots=True)
class GradingJob:
    """One scenario of a lab to be graded."""

    spec: GradingSpec
    sandbox: Sandbox
    baseline: Baseline
    python_checks: Mapping[str, PythonCheck] = field(default_factory=dict)
    hint_points: int = 0
    """What the hints that the candidate took cost."""
    examination: Examination | None = None
    """Leave to examine durability, when nobody works in the sandbox any more."""
    last_write: LastWrite = lambda: None  # as where no record is kept


def grade_lab(
    lab: LabId,
    jobs: Sequence[GradingJob],
    clock: Clock,
    *,
    candidate: str = "",
    requirements: Sequence[RequirementTrace] = (),
) -> Report:
    """The lab's report; its scenarios are graded at the same time, in the order given.

    Infrastructure trouble is in the report as inconclusive, never raised. Raises InputError when there is no scenario.
    """
    if not jobs:
        raise InputError(f"The lab {lab} has no scenario to grade.", lab=lab)
    graded_at = clock.now()
    with ThreadPoolExecutor(max_workers=len(jobs), thread_name_prefix="grade") as pool:
        results = list(pool.map(lambda job: _grade_job(job, clock), jobs))
    return Report(lab, candidate, graded_at, tuple(results), tuple(requirements))


def _grade_job(job: GradingJob, clock: Clock) -> ScenarioResult:
    return grade_scenario(
        job.spec,
        job.sandbox,
        job.baseline,
        clock,
        job.python_checks,
        hint_points=job.hint_points,
        examination=job.examination,
        last_write=job.last_write,
    )


def grade_scenario(
    spec: GradingSpec,
    sandbox: Sandbox,
    baseline: Baseline,
    clock: Clock,
    python_checks: Mapping[str, PythonCheck],
    *,
    hint_points: int = 0,
    examination: Examination | None = None,
    last_write: LastWrite = lambda: None,
) -> ScenarioResult:
    """The scenario's verdict, points and evidence, once all of it converged and held, or could not be told.

    One prober for each client is had when first needed. Raises InputError when the baseline is another scenario's.
    """
    if baseline.scenario != spec.scenario:
        raise InputError(f"The baseline of {baseline.scenario} cannot serve {spec.scenario}.", scenario=spec.scenario)
    started = clock.now()
    # Disturbed before, the sandbox gets the time that the examination allows, not only a check's own.
    at_least = (
        spec.durability.within_seconds if examination and examination.earlier is not None and spec.durability else 0.0
    )
    deadlines = _Deadlines(spec, sandbox, baseline, clock, last_write, at_least_seconds=at_least)
    with Probes(sandbox) as probes:
        looks = Looks(ScenarioView(spec, baseline, sandbox, probes), python_checks, clock)
        outcomes, durability = examined(looks.outcomes(deadlines.after), looks, examination)
    checks = tuple(_check_result(check, outcomes[check.id]) for check in spec.checks)
    safeguards = tuple(_safeguard_result(guard, outcomes[guard.id]) for guard in spec.safeguards)
    return ScenarioResult(
        id=spec.scenario,
        title=_words(spec.title) if spec.title else Words(spec.scenario, spec.scenario),
        requirements=spec.requirements,
        verdict=score.verdict(checks, safeguards, durability.verdict),
        points=score.points(checks, safeguards, hint_points=hint_points),
        max_points=spec.max_points,
        undecided_points=0 if score.is_api_down(checks) else _undecided_points(checks),
        checks=checks,
        safeguards=safeguards,
        pass_share=spec.pass_share,
        durability=_durability_result(durability),
        hint_points=hint_points,
        seconds=clock.now() - started,
    )


def _undecided_points(checks: Sequence[CheckResult]) -> int:
    return sum(check.max_points for check in checks if check.verdict is Verdict.INCONCLUSIVE)


class _Deadlines:
    """Until when a fix may take, from the last change in scope; that is read once, when something first looks bad.

    What the kubelet had given up for a while has its time from when it was tried again (grading.retries).
    """

    def __init__(
        self,
        spec: GradingSpec,
        sandbox: Sandbox,
        baseline: Baseline,
        clock: Clock,
        last_write: LastWrite,
        *,
        at_least_seconds: float,
    ) -> None:
        self._spec = spec
        self._sandbox = sandbox
        self._baseline = baseline
        self._clock = clock
        self._last_write = last_write
        self._at_least_seconds = at_least_seconds
        self._changed_at: float | None = None
        self._retries: Retries | None = None
        self._is_known = False

    def after(self, within_seconds: float) -> float:
        """Epoch seconds; the beginning of time when nothing changed. Raises UnreachableError when it cannot look."""
        now = self._clock.now()
        if not self._is_known:
            entries = scope_entries(self._sandbox.reader, self._spec)
            self._changed_at = last_change(self._baseline.scope, entries, now=now, written=self._last_write())
            self._is_known = True
        if self._changed_at is None:
            return 0.0
        within = max(within_seconds, self._at_least_seconds)
        if now >= self._changed_at + LONGEST_WAIT_SECONDS + within:
            return self._changed_at + within
        # Asked from the first, for only the first try after the change counts, not that of a loop that goes on.
        if self._retries is None:
            self._retries = Retries(self._sandbox.reader, self._spec, changed_at=self._changed_at)
        return self._retries.over_at() + within


def _check_result(check: CheckSpec, outcome: Outcome) -> CheckResult:
    finding = outcome.finding or NOTHING_SEEN
    return CheckResult(
        id=check.id,
        kind=check.kind,
        target=check.target,
        verdict=outcome.verdict,
        points=check.points if outcome.verdict is Verdict.PASSED else 0,
        max_points=check.points,
        penalty=check.penalty,
        message=_words(check.message),
        reason=_cleaned(outcome.reason),
        expected=clean(finding.expected),
        actual=clean(finding.actual),
        since=clean(finding.since),
    )


def _safeguard_result(guard: SafeguardSpec, outcome: Outcome) -> SafeguardResult:
    finding = outcome.finding or NOTHING_SEEN
    return SafeguardResult(
        id=guard.id,
        kind=guard.kind,
        severity=guard.severity,
        verdict=outcome.verdict,
        penalty=guard.penalty or 0,
        cap_points=guard.cap_points,
        message=_words(guard.message),
        reason=_cleaned(outcome.reason),
        expected=clean(finding.expected),
        actual=clean(finding.actual),
        since=clean(finding.since),
    )


def _durability_result(found: DurabilityResult) -> DurabilityResult:
    return DurabilityResult(found.verdict, _cleaned(found.what), _cleaned(found.reason))


def _words(text: Text) -> Words:
    return Words(text.en, text.es)


def _cleaned(words: Words) -> Words:
    return Words(clean(words.en), clean(words.es))
