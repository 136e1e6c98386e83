"""Rule 5 of honest grading: a fix that all target checks passed is disturbed, and all that held is looked at again.

Only where nobody works any more (a frozen lab, a lab of the proofs): it changes the sandbox. What it brings to light
fails by the check that no longer passes; what it cannot do or see is inconclusive.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from grading.converge import Outcome
from grading.findings import Verdict, Words
from grading.looks import Looks
from grading.replacing import REPLACED, Disturbance, disturb
from grading.results import DurabilityResult
from grading.spec_durability import Durability
from labs.core.ids import CheckId
from labs.core.ports import Disturber

Outcomes = Mapping[CheckId, Outcome]
NOT_ASKED = Words("The scenario has nothing of the kind to examine.", "El escenario no tiene nada así que examinar.")
NOT_FROZEN = Words(
    "Examined once the lab is frozen: it disturbs what the candidate works in.",
    "Se examina cuando el laboratorio está congelado: perturba aquello en lo que trabaja quien se presenta.",
)
NOT_PASSED = Words(
    "Examined once every check that carries points passes.", "Se examina cuando se superan todas las que dan puntos."
)
HOLDS = Words("Everything still held after that.", "Después de eso todo se mantuvo.")
EARLIER = Words("Done at an earlier grading.", "Hecho en una evaluación anterior.")


@dataclass(frozen=True, slots=True)
class Examination:
    """Leave to disturb the sandbox, and the memory of an earlier disturbance, which the same score needs."""

    disturber: Disturber
    begins: Callable[[Sequence[CheckId]], None]
    """Called before the first disturbance with the ids of what does not pass or hold anyway; keep them."""
    earlier: frozenset[CheckId] | None = None
    """Those ids, when the sandbox was disturbed before: all else held then, whatever it does now."""


def examined(first: Outcomes, looks: Looks, examination: Examination | None) -> tuple[Outcomes, DurabilityResult]:
    """The outcomes in the end, and what became of the examination. `examination` None: somebody works in the sandbox.

    Raises what `begins` raises.
    """
    spec = looks.view.spec
    plan = spec.durability
    if plan is None or plan.none is not None:
        return first, _unexamined(NOT_ASKED)
    if examination is None:
        return first, _unexamined(NOT_FROZEN)
    held = {name for name, outcome in first.items() if outcome.verdict is Verdict.PASSED}
    known = examination.earlier
    if known is not None and not first.keys() <= held | known:
        return _since_earlier(first, known, plan)
    if not {check.id for check in spec.checks if check.target} <= held:
        return first, _unexamined(NOT_PASSED)
    if known is None:
        examination.begins([name for name in first if name not in held])
    done = disturb(plan, looks.view.reader, examination.disturber, looks.clock)
    if not done.is_done:
        return first, _judged(done)

    def deadline(within_seconds: float) -> float:
        return done.ended_at + max(within_seconds, plan.within_seconds)

    return _changed(first, looks.outcomes(deadline, only=held), done)


def _since_earlier(first: Outcomes, known: frozenset[CheckId], plan: Durability) -> tuple[Outcomes, DurabilityResult]:
    """Nothing but our own disturbance can have changed what passed before it."""
    until = (
        REPLACED if plan.replace_pods else Words("durability was examined earlier", "antes se examinó la durabilidad")
    )
    now = {name: outcome for name, outcome in first.items() if name not in known}
    return _changed(first, now, Disturbance(EARLIER, until, ended_at=0.0))


def _changed(first: Outcomes, second: Outcomes, done: Disturbance) -> tuple[Outcomes, DurabilityResult]:
    """What a second look changes, and what it tells."""
    lost = {name: outcome for name, outcome in second.items() if outcome.verdict is Verdict.FAILED}
    unseen = {name: outcome for name, outcome in second.items() if outcome.verdict is Verdict.INCONCLUSIVE}
    worded = {name: _passed_until(done.until, outcome) for name, outcome in lost.items()}
    return {**first, **unseen, **worded}, _judged(done, lost=lost, unseen=unseen)


def _passed_until(event: Words, outcome: Outcome) -> Outcome:
    reason = Words(
        f"It passed until {event.en}. {outcome.reason.en}", f"Se cumplía hasta que {event.es}. {outcome.reason.es}"
    )
    return replace(outcome, reason=reason)


def _judged(done: Disturbance, *, lost: Iterable[CheckId] = (), unseen: Iterable[CheckId] = ()) -> DurabilityResult:
    """Failed by evidence; inconclusive when nothing speaks against it but something could not be done or seen."""
    verdict, reason = Verdict.PASSED, HOLDS
    if names := ", ".join(unseen):
        verdict = Verdict.INCONCLUSIVE
        reason = Words(f"Could not be seen after that: {names}.", f"No se pudo ver después de eso: {names}.")
    if done.trouble:
        verdict, reason = Verdict.INCONCLUSIVE, done.trouble
    if names := ", ".join(lost):
        verdict, reason = Verdict.FAILED, Words(f"No longer so: {names}.", f"Dejó de cumplirse: {names}.")
    if done.objection:
        verdict, reason = Verdict.FAILED, done.objection
    return DurabilityResult(verdict, done.what, reason)


def _unexamined(why: Words) -> DurabilityResult:
    return DurabilityResult(None, Words("", ""), why)
