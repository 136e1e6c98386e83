"""The last step before a lab is handed over: the baseline, and the proof that the symptom shows."""

from collections.abc import Mapping
from dataclasses import dataclass

from grading.baseline import Baseline, record
from grading.helpers import PythonCheck, ScenarioView
from grading.probing import Probes
from grading.prove_symptom import USERS_VIEW, SymptomProof, look_once
from grading.settled import unsettled
from grading.spec import GradingSpec
from labs.core.errors import TimedOutError, UnreachableError
from labs.core.ports import Clock, Sandbox

INTERVAL_SECONDS = 0.5
"""Between looks: a lab is to be handed over within seconds."""
PROOFS = 2
"""So many looks on end must show the symptom: one may fall into a moment of change."""


@dataclass(frozen=True, slots=True)
class HandOver:
    """What to keep of the hand-over: the baseline to grade against and the symptoms to tell of."""

    baseline: Baseline
    proof: SymptomProof


def hand_over(
    spec: GradingSpec,
    sandbox: Sandbox,
    clock: Clock,
    python_checks: Mapping[str, PythonCheck],
    *,
    within_seconds: float = 60.0,
) -> HandOver:
    """The symptom was shown twice on end, and the baseline is of a moment after that.

    Recorded last, so that pods which were still coming up count as given and not as a candidate's change. Nobody but us
    may change the lab meanwhile. Raises TimedOutError, naming what is not as it should be, when the symptom does not
    show within the time (default: 12 times what pods usually need); such a lab must not be handed over.
    """
    deadline = clock.now() + within_seconds
    baseline: Baseline | None = None
    shown = 0
    with Probes(sandbox) as probes:
        while True:
            try:
                baseline = baseline or _begin(spec, sandbox, clock, probes)
                proof = _look(ScenarioView(spec, baseline, sandbox, probes), python_checks, clock)
                shown = shown + 1 if proof.is_proven else 0
                if shown >= PROOFS:
                    return HandOver(recorded(spec, sandbox, clock), proof)
                objections = proof.objections or ("not twice on end",)
            except (UnreachableError, TimedOutError) as error:
                objections = (error.message,)
            if clock.now() >= deadline:
                raise _did_not_show(spec, within_seconds, objections)
            clock.sleep(INTERVAL_SECONDS)


def _begin(spec: GradingSpec, sandbox: Sandbox, clock: Clock, probes: Probes) -> Baseline:
    """The state at the start; the prober comes up while the pods do."""
    baseline = recorded(spec, sandbox, clock)
    if spec.client and any(check.kind in USERS_VIEW for check in spec.checks):  # others may never ask for one
        probes.open(spec.client.identity)
    return baseline


def recorded(spec: GradingSpec, sandbox: Sandbox, clock: Clock) -> Baseline:
    """The present state of the sandbox as the baseline of `spec`. Raises UnreachableError when it cannot look."""
    asks_aws = any(guard.aws_unchanged for guard in spec.safeguards)
    return record(sandbox.reader, spec, clock, aws=sandbox.aws if asks_aws else None)


def _look(view: ScenarioView, python_checks: Mapping[str, PythonCheck], clock: Clock) -> SymptomProof:
    """One look at everything; while pods are still starting, only at them."""
    starting = unsettled(view.reader, view.spec, now=clock.now())
    if starting:
        return SymptomProof((), tuple(f"{name} is still starting" for name in starting))
    return look_once(view, python_checks)


def _did_not_show(spec: GradingSpec, within_seconds: float, objections: tuple[str, ...]) -> TimedOutError:
    return TimedOutError(
        f"The symptom of {spec.scenario} did not show within {within_seconds:g} s: {'; '.join(objections)}",
        hint=f"`taller prove {spec.scenario}` tells which proof breaks.",
        scenario=spec.scenario,
    )
