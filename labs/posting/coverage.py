"""Which scenarios to use: the largest weighted coverage of what a posting asks for that fits the time, exactly."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from labs.core.errors import InputError
from labs.core.ids import RequirementId, ScenarioId
from labs.posting.judgement import Kind, Requirement
from labs.posting.taxonomy import evidence_of, within
from labs.posting.vocabulary import Level

WEIGHTS = {Kind.MUST: 3, Kind.NICE: 2, Kind.DUTY: 1}
"""What covering a requirement is worth."""

RARITY = 840
"""What being tested by one scenario only is worth among equals; by n of them, an n-th. Divisible by 1 to 8."""


@dataclass(frozen=True, slots=True)
class Option:
    """A scenario as the plan sees it. `minutes` is what a candidate is given for it."""

    id: ScenarioId
    requirements: tuple[RequirementId, ...]
    level: Level
    minutes: int
    title: str = ""
    sandbox: str = "kubernetes"
    """The kind of sandbox; scenarios of one kind share one."""
    alone: bool = False
    """Whether it needs a lab of its own."""


@dataclass(frozen=True, slots=True)
class Need:
    """Something to be covered: any one of `ids`, worth `weight`."""

    ids: tuple[RequirementId, ...]
    weight: int


@dataclass(frozen=True, slots=True)
class Choice:
    """The chosen scenarios, by id; `proven` is False when the search was cut off before it was sure of the best."""

    scenarios: tuple[ScenarioId, ...]
    weight: int
    proven: bool = True


def covers(option: Option, requirement: str) -> bool:
    """Whether the scenario tests the requirement, a part of it, or what is an example of it (Terraform, of code)."""
    wanted = evidence_of(requirement)
    return any(within(tested, each) for tested in option.requirements for each in wanted)


def needs_of(requirements: Iterable[Requirement]) -> list[Need]:
    """Return what a sandbox could test of the requirements; alternatives are one need."""
    testable = [r for r in requirements if not r.person and r.kind in WEIGHTS]
    needs: dict[tuple[RequirementId, ...], int] = {}
    for requirement in testable:
        ids = requirement.any_of or (requirement.id,)
        needs[ids] = max(needs.get(ids, 0), WEIGHTS[requirement.kind])
    alone = {ids[0] for ids in needs if len(ids) == 1}
    return [Need(ids, weight) for ids, weight in needs.items() if len(ids) == 1 or not alone.intersection(ids)]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person wants of a plan, whatever the posting says."""

    include: tuple[ScenarioId, ...] = ()
    exclude: tuple[ScenarioId, ...] = ()
    level: Level | None = None


def choose(needs: Sequence[Need], options: Sequence[Option], *, minutes: int, wishes: Wishes = Wishes()) -> Choice:
    """Return the scenarios that cover the most weight within `minutes`, those to include among them.

    Among equals: what few scenarios test, then fewer sandboxes, levels nearest to the wished one, less time, and the
    ids in order. Exact: the same input, in any order, gives the same answer. Raises InputError when what is to be
    included does not exist, is excluded too, or does not fit.
    """
    firm = _included(options, minutes, wishes)
    candidates = sorted(
        (
            option
            for option in options
            if option.id not in wishes.exclude
            and option.minutes <= minutes
            and (option.id in firm or any(covers(option, id_) for need in needs for id_ in need.ids))
        ),
        key=lambda option: option.id,
    )
    if not candidates:
        return Choice((), 0)
    from labs.posting.solver import solve  # noqa: PLC0415 - the solver takes a tenth of a second to load

    return solve(needs, candidates, firm=firm, minutes=minutes, level=wishes.level)


def _included(options: Sequence[Option], minutes: int, wishes: Wishes) -> frozenset[ScenarioId]:
    known = {option.id: option for option in options}
    for id_ in (*wishes.include, *wishes.exclude):
        if id_ not in known:
            raise InputError(f"There is no scenario {id_!r}.", hint="`taller catalogue` lists them.")
    both = sorted(set(wishes.include) & set(wishes.exclude))
    if both:
        raise InputError(f"{', '.join(both)}: to be included and excluded.", hint="Say one of the two.")
    lonely = next((id_ for id_ in wishes.include if known[id_].alone), None)
    if lonely is not None and len(set(wishes.include)) > 1:
        raise InputError(f"The scenario {lonely} needs a lab of its own.", hint="Include it alone.")
    needed = sum(known[id_].minutes for id_ in set(wishes.include))
    if needed > minutes:
        raise InputError(
            f"What is to be included takes {needed} minutes, and there are {minutes}.", hint=f"Pass --minutes {needed}."
        )
    return frozenset(wishes.include)


def with_second_looks(
    choice: Choice,
    needs: Sequence[Need],
    options: Sequence[Option],
    *,
    minutes: int,
    wishes: Wishes = Wishes(),
) -> Choice:
    """Return the choice with the time that is left given to further scenarios for what is covered already.

    One scenario is one observation; a second on the same requirement tells luck from skill. Alternatives get none:
    who knows one need not know the other. Those that test the most weight come first, then levels nearest to the
    wished one, then less time, then the ids in order.
    """
    chosen = list(choice.scenarios)
    left = minutes - sum(option.minutes for option in options if option.id in choice.scenarios)
    firm = [(need.ids[0], need.weight) for need in needs if len(need.ids) == 1]
    worth = {option.id: sum(weight for id_, weight in firm if covers(option, id_)) for option in options}
    if any(option.alone for option in options if option.id in chosen):
        return choice
    for option in sorted(options, key=lambda o: (-worth[o.id], distance(o.level, wishes.level), o.minutes, o.id)):
        wanted = option.id not in chosen and option.id not in wishes.exclude and not (option.alone and chosen)
        if wanted and worth[option.id] and option.minutes <= left:
            chosen.append(option.id)
            left -= option.minutes
    return Choice(tuple(sorted(chosen)), choice.weight, proven=choice.proven)


def distance(level: Level, wanted: Level | None) -> int:
    """Return how many levels lie between the two; none when there is no wish."""
    ranks = list(Level)
    return abs(ranks.index(level) - ranks.index(wanted)) if wanted else 0
