"""A report for programs (the CLI contract's JSON) and for people (one HTML page without scripts or outside links)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from grading.clean import clean
from grading.findings import Verdict, Words
from grading.results import CheckResult, DurabilityResult, Report, SafeguardResult, ScenarioResult
from grading.wording import WORDING
from labs.core.errors import InputError
from labs.core.ids import RequirementId

SHORT_CHARACTERS = 300
"""Names, titles and posting lines are cut here; evidence has its own, larger limit."""


@dataclass(frozen=True, slots=True)
class TraceRow:
    """One line of the traceability table: a requirement, where the posting asks for it, a scenario that tests it."""

    requirement: RequirementId
    name: Words
    evidence: tuple[tuple[int, str], ...]
    scenario: ScenarioResult


def to_json(report: Report) -> dict[str, Any]:
    """The report as `taller grade --json` prints it. `reason` is English; `reasons` has both languages."""
    return {
        "lab": report.lab,
        "candidate": report.candidate,
        "graded_at": datetime.fromtimestamp(report.graded_at, UTC).isoformat(timespec="seconds"),
        "verdict": report.verdict.value,
        "points": report.points,
        "max_points": report.max_points,
        "undecided_points": report.undecided_points,
        "scenarios": [_scenario(scenario) for scenario in report.scenarios],
        "requirements": [
            {
                "id": trace.id,
                "evidence": [{"line": line, "text": text} for line, text in trace.evidence],
                "scenarios": [scenario.id for scenario in report.scenarios if trace.id in scenario.requirements],
            }
            for trace in report.requirements
        ],
    }


def to_html(report: Report, language: str) -> str:
    """The report as one self-contained page in `language` ("en" or "es"). Raises InputError for another language.

    All that is put in is cleaned and escaped: a candidate writes part of it. The page forbids itself scripts and
    outside resources by its own content security policy.
    """
    if language not in WORDING:
        raise InputError(f"There are no reports in {language!r}.", hint=f"Languages: {', '.join(sorted(WORDING))}.")
    return _template().render(
        report=report,
        language=language,
        words=WORDING[language],
        trace=trace_rows(report),
        graded_at=datetime.fromtimestamp(report.graded_at, UTC).strftime("%Y-%m-%d %H:%M UTC"),
        share=report.points / report.max_points if report.max_points else 0.0,
    )


def trace_rows(report: Report) -> list[TraceRow]:
    """Every pair of a requirement and a scenario that tests it: first those the posting asks for, in its order."""
    known = {trace.id: trace for trace in report.requirements}
    tested = dict.fromkeys(
        [*known, *(requirement for scenario in report.scenarios for requirement in scenario.requirements)]
    )
    return [
        TraceRow(
            requirement,
            known[requirement].name if requirement in known else Words(requirement, requirement),
            known[requirement].evidence if requirement in known else (),
            scenario,
        )
        for requirement in tested
        for scenario in report.scenarios
        if requirement in scenario.requirements
    ]


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("grading"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["short"] = lambda text: clean(str(text), limit=SHORT_CHARACTERS)
    environment.filters["safe_text"] = clean
    environment.filters["mark"] = {Verdict.PASSED: "✓", Verdict.FAILED: "✗", Verdict.INCONCLUSIVE: "?"}.__getitem__
    return environment.get_template("report.html.j2")


def _scenario(scenario: ScenarioResult) -> dict[str, Any]:
    return {
        "id": scenario.id,
        "title": _both(scenario.title),
        "requirements": list(scenario.requirements),
        "verdict": scenario.verdict.value,
        "passed": scenario.is_passed,
        "points": scenario.points,
        "max_points": scenario.max_points,
        "undecided_points": scenario.undecided_points,
        "hint_points": scenario.hint_points,
        "seconds": round(scenario.seconds, 3),
        "checks": [_check(check) for check in scenario.checks],
        "safeguards": [_safeguard(guard) for guard in scenario.safeguards],
        "durability": _durability(scenario.durability) if scenario.durability else None,
    }


def _check(check: CheckResult) -> dict[str, Any]:
    return {
        "id": check.id,
        "kind": check.kind,
        "target": check.target,
        "verdict": check.verdict.value,
        "points": check.points,
        "max_points": check.max_points,
        "penalty": check.penalty,
        "message": _both(check.message),
        "reason": check.reason.en,
        "reasons": _both(check.reason),
        "expected": check.expected,
        "actual": check.actual,
        "since": check.since,
    }


def _safeguard(guard: SafeguardResult) -> dict[str, Any]:
    return {
        "id": guard.id,
        "kind": guard.kind,
        "severity": guard.severity.value,
        "held": guard.held,
        "verdict": guard.verdict.value,
        "penalty": guard.penalty,
        "cap_points": guard.cap_points,
        "message": _both(guard.message),
        "reason": guard.reason.en,
        "reasons": _both(guard.reason),
        "expected": guard.expected,
        "actual": guard.actual,
        "since": guard.since,
    }


def _durability(found: DurabilityResult) -> dict[str, Any]:
    """`verdict` is null when it was not examined; `what` was done to the sandbox, empty when nothing was."""
    return {
        "verdict": found.verdict.value if found.verdict else None,
        "what": found.what.en,
        "whats": _both(found.what),
        "reason": found.reason.en,
        "reasons": _both(found.reason),
    }


def _both(words: Words) -> dict[str, str]:
    return {"en": words.en, "es": words.es}
