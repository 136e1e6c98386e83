"""A plan as `taller plan --json` prints it."""

from typing import Any

from labs.core.ids import RequirementId
from labs.posting.judgement import Requirement
from labs.posting.plan import Plan, Reason, groups_of
from labs.posting.reading import Fit
from labs.posting.sentences import fit_sentence, reason_sentence, warning_sentence
from labs.posting.taxonomy import taxonomy


def to_json(plan: Plan, language: str = "en") -> dict[str, Any]:
    """Return the plan as `taller plan --json` prints it: what a sandbox can test, and apart what a person judges.

    `any_of` lists groups of requirements of which one is enough; `mentioned` what is named but not asked for.
    `untestable` holds what no scenario tests, with the reason; `left_out` what did not fit the minutes; `matrix` which
    planned scenario tests which requirement. Sentences are in `language` (en, es).
    """
    return {
        "posting": plan.posting,
        "language": plan.language,
        "level": plan.level,
        "level_evidence": [{"line": e.line, "text": e.text} for e in plan.level_evidence],
        "fit": {"fits": plan.fit is Fit.FITS, "reason": fit_sentence(plan, language)},
        "requirements": [_requirement_json(r, plan) for r in plan.requirements if not r.person],
        "person": [_requirement_json(r, plan) for r in plan.requirements if r.person],
        "any_of": [list(group) for group in groups_of(plan.requirements)],
        "untestable": [
            {"id": u.requirement, "kind": u.kind, "reason": u.reason, "text": reason_sentence(u.reason, language)}
            for u in plan.uncovered
            if u.reason is not Reason.NO_TIME
        ],
        "left_out": [{"id": u.requirement, "kind": u.kind} for u in plan.uncovered if u.reason is Reason.NO_TIME],
        "scenarios": [
            {"id": s.id, "title": s.title, "minutes": s.minutes, "requirements": list(s.requirements)}
            for s in plan.scenarios
        ],
        "matrix": matrix(plan),
        "mentioned": [_requirement_json(r, plan) for r in plan.mentioned],
        "minutes": plan.minutes,
        "budget_minutes": plan.budget_minutes,
        "warnings": [{"kind": w.kind, "line": w.line, "text": warning_sentence(w, language)} for w in plan.warnings],
    }


def _requirement_json(requirement: Requirement, plan: Plan) -> dict[str, Any]:
    chosen = {scenario.id for scenario in plan.scenarios}
    tested_by = plan.tested_by.get(requirement.id, ())
    return {
        "id": requirement.id,
        "kind": requirement.kind,
        "evidence": [{"line": e.line, "text": e.text, "confidence": e.confidence} for e in requirement.evidence],
        "confidence": requirement.confidence,
        "shown_by": shown_by(requirement.id),
        "scenarios": list(tested_by),
        "planned": [id_ for id_ in tested_by if id_ in chosen],
        "any_of": list(requirement.any_of),
    }


def shown_by(id_: RequirementId) -> str:
    """Return what shows that somebody meets the requirement: hands-on work, writing, or a declaration."""
    entry = taxonomy().entries.get(id_)
    return entry.shown_by.value if entry else "hands-on"


def matrix(plan: Plan) -> dict[str, Any]:
    """Return the coverage: `cells[row][column]` says whether the planned scenario tests the requirement."""
    columns = [scenario.id for scenario in plan.scenarios]
    testable = [r for r in plan.requirements if not r.person]
    return {
        "rows": [r.id for r in testable],
        "columns": columns,
        "cells": [[id_ in plan.tested_by.get(r.id, ()) for id_ in columns] for r in testable],
    }
