"""The proof that a lab is broken as it should be: every target check fails, every control check and safeguard holds."""

from collections.abc import Mapping
from dataclasses import dataclass

from grading.baseline import Baseline
from grading.clean import clean
from grading.converge import Unseen, sighting
from grading.evaluate import Look, check_look, safeguard_look
from grading.findings import Finding, Words
from grading.helpers import PythonCheck, ScenarioView
from grading.probing import Probes
from grading.spec import GradingSpec
from labs.core.ids import CheckId
from labs.core.ports import Sandbox

USERS_VIEW = ("http", "tcp", "dns")
"""Kinds of checks that see what a user sees, most telling first."""


@dataclass(frozen=True, slots=True)
class Symptom:
    """A target check that fails, and what it saw."""

    check: CheckId
    kind: str
    message: Words
    """What should hold."""
    reason: Words
    """What is seen instead."""


@dataclass(frozen=True, slots=True)
class SymptomProof:
    """What one look at everything gave. `objections` say why it is no proof; empty: the symptom is proven."""

    symptoms: tuple[Symptom, ...]
    objections: tuple[str, ...]

    @property
    def is_proven(self) -> bool:
        """Whether the lab is broken as it should be, by evidence."""
        return not self.objections

    @property
    def seen_by_user(self) -> Symptom | None:
        """The symptom as a user of the system meets it: the first of a probe, else the first of any kind."""
        ranked = sorted(
            self.symptoms,
            key=lambda symptom: USERS_VIEW.index(symptom.kind) if symptom.kind in USERS_VIEW else len(USERS_VIEW),
        )
        return ranked[0] if ranked else None


def prove_symptom(
    spec: GradingSpec,
    sandbox: Sandbox,
    baseline: Baseline,
    python_checks: Mapping[str, PythonCheck],
) -> SymptomProof:
    """The result of one look, with a prober of its own. What could not be seen is an objection; nothing is raised."""
    with Probes(sandbox) as probes:
        return look_once(ScenarioView(spec, baseline, sandbox, probes), python_checks)


def look_once(view: ScenarioView, python_checks: Mapping[str, PythonCheck]) -> SymptomProof:
    """The result of one look through `view`: each check and safeguard once, nothing converged or held."""
    symptoms: list[Symptom] = []
    objections: list[str] = []
    for check in view.spec.checks:
        seen = sighting(check_look(check, view, python_checks))
        if isinstance(seen, Unseen):
            objections.append(f"check {check.id}: {clean(seen.reason.en)}")
        elif check.target and not seen.passed:
            message = Words(check.message.en, check.message.es)
            reason = Words(clean(seen.reason.en), clean(seen.reason.es))
            symptoms.append(Symptom(check.id, check.kind, message, reason))
        elif check.target:
            objections.append(f"check {check.id} passes although the fault is in: {clean(seen.reason.en)}")
        elif not seen.passed:
            objections.append(f"control check {check.id} does not hold: {clean(seen.reason.en)}")
    for guard in view.spec.safeguards:
        objections += _guard_objections(guard.id, safeguard_look(guard, view, python_checks))
    return SymptomProof(tuple(symptoms), tuple(objections))


def _guard_objections(guard_id: CheckId, look: Look) -> list[str]:
    seen = sighting(look)
    if isinstance(seen, Finding) and seen.passed:
        return []
    return [f"safeguard {guard_id} does not hold: {clean(seen.reason.en)}"]
