"""The assessment plan: what a posting asks for, which scenarios test it within the time, and what nothing tests."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from labs.core.ids import RequirementId, ScenarioId
from labs.posting.coverage import Option, Wishes, choose, covers, needs_of, with_second_looks
from labs.posting.judgement import Kind, Requirement
from labs.posting.level import LevelEvidence
from labs.posting.limits import TOO_LONG
from labs.posting.reading import Fit, Posting
from labs.posting.vocabulary import Level

DEFAULT_MINUTES = 60
"""As long as a candidate can be asked to work on a first test."""


class Reason(StrEnum):
    """Why a requirement is not tested by this plan."""

    PERSON = "person"
    """No sandbox can: a person judges it."""
    NO_SCENARIO = "no-scenario"
    """No scenario tests it yet."""
    NO_TIME = "no-time"
    """Scenarios test it, but did not fit the minutes."""


class WarningKind(StrEnum):
    """What the reader of a plan must know."""

    LEVEL_CONTRADICTED = "level-contradicted"
    LEVEL_UNKNOWN = "level-unknown"
    LANGUAGE_NOT_UNDERSTOOD = "language-not-understood"
    NOT_PROVEN_BEST = "not-proven-best"
    FRONT_MATTER = "front-matter"
    TOO_LONG = "too-long"


@dataclass(frozen=True, slots=True)
class PlanWarning:
    """Something to know, with the line it comes from (0: none) and what it speaks of."""

    kind: WarningKind
    line: int = 0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class PlannedScenario:
    """A chosen scenario and the posting's requirements that it tests."""

    id: ScenarioId
    title: str
    minutes: int
    requirements: tuple[RequirementId, ...]


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A requirement that the plan does not test."""

    requirement: RequirementId
    kind: Kind
    reason: Reason


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be tested, for which posting. `tested_by` holds, by requirement, all scenarios that test it."""

    posting: str
    language: str
    title: str
    level: Level | None
    level_evidence: tuple[LevelEvidence, ...]
    fit: Fit
    requirements: tuple[Requirement, ...]
    mentioned: tuple[Requirement, ...]
    tested_by: dict[RequirementId, tuple[ScenarioId, ...]]
    scenarios: tuple[PlannedScenario, ...]
    uncovered: tuple[Uncovered, ...]
    budget_minutes: int
    warnings: tuple[PlanWarning, ...]

    @property
    def minutes(self) -> int:
        """What the chosen scenarios take together."""
        return sum(scenario.minutes for scenario in self.scenarios)


def make_plan(
    posting: Posting,
    options: Sequence[Option],
    *,
    minutes: int = DEFAULT_MINUTES,
    wishes: Wishes = Wishes(),  # noqa: B008 - frozen
) -> Plan:
    """Return the plan for a posting, from the scenarios at hand. A wished level overrides the posting's.

    A posting that is not for this field gets no scenario but those to include; `fit` says why. The same input gives
    the same plan. Raises InputError for wishes that cannot be met.
    """
    wanted = wishes.level or posting.level.level
    fits = posting.fit is Fit.FITS
    testable = [r for r in posting.requirements if not r.person]
    needs = needs_of(testable) if fits else []
    levelled = replace(wishes, level=wanted)
    choice = choose(needs, options, minutes=minutes, wishes=levelled)
    choice = with_second_looks(choice, needs, options, minutes=minutes, wishes=levelled)
    chosen = {option.id: option for option in options if option.id in choice.scenarios}
    return Plan(
        posting=posting.name,
        language=posting.language.code,
        title=posting.title,
        level=wanted,
        level_evidence=posting.level.evidence,
        fit=posting.fit,
        requirements=posting.requirements,
        mentioned=posting.mentioned,
        tested_by={r.id: tuple(sorted(o.id for o in options if covers(o, r.id))) for r in testable},
        scenarios=tuple(_planned(chosen[id_], testable) for id_ in choice.scenarios),
        uncovered=tuple(_uncovered(posting.requirements, options, list(chosen.values()))),
        budget_minutes=minutes,
        warnings=tuple(_warnings(posting, level_given=wishes.level is not None, proven=choice.proven)),
    )


def _planned(option: Option, testable: Sequence[Requirement]) -> PlannedScenario:
    covered = tuple(r.id for r in testable if covers(option, r.id))
    return PlannedScenario(option.id, option.title, option.minutes, covered)


def _uncovered(
    requirements: Sequence[Requirement], options: Sequence[Option], chosen: Sequence[Option]
) -> list[Uncovered]:
    found = []
    for requirement in requirements:
        ids = requirement.any_of or (requirement.id,)
        if requirement.person:
            found.append(Uncovered(requirement.id, requirement.kind, Reason.PERSON))
        elif not any(covers(option, id_) for option in chosen for id_ in ids):
            exists = any(covers(option, id_) for option in options for id_ in ids)
            reason = Reason.NO_TIME if exists else Reason.NO_SCENARIO
            found.append(Uncovered(requirement.id, requirement.kind, reason))
    return found


def _warnings(posting: Posting, *, level_given: bool, proven: bool) -> list[PlanWarning]:
    found = [
        PlanWarning(WarningKind.TOO_LONG if problem == TOO_LONG else WarningKind.FRONT_MATTER, detail=problem)
        for problem in posting.problems
    ]
    if not posting.language.understood:
        found.append(PlanWarning(WarningKind.LANGUAGE_NOT_UNDERSTOOD, detail=posting.language.code))
    if not level_given:
        found.extend(
            PlanWarning(WarningKind.LEVEL_CONTRADICTED, entry.line, entry.level)
            for entry in posting.level.contradictions
        )
        if posting.level.level is None:
            found.append(PlanWarning(WarningKind.LEVEL_UNKNOWN))
    if not proven:
        found.append(PlanWarning(WarningKind.NOT_PROVEN_BEST))
    return found


def groups_of(requirements: Sequence[Requirement]) -> list[tuple[RequirementId, ...]]:
    """Return the groups of which one is enough, each once, in the posting's order."""
    return list(dict.fromkeys(r.any_of for r in requirements if r.any_of))
