"""Which scenarios to use: the largest weighted coverage of what a posting asks for that fits the time, exactly."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from labs.core.ids import RequirementId, ScenarioId
from labs.posting.judgement import Kind, Requirement
from labs.posting.taxonomy import within
from labs.posting.vocabulary import Level

WEIGHTS = {Kind.MUST: 3, Kind.NICE: 2, Kind.DUTY: 1}
"""What covering a requirement is worth."""

MAX_STEPS = 30_000
"""The search stops here, after some 0.3 s, and says so. An hour out of 60 scenarios takes some hundred steps, two hours
some thousand; beyond, the best found so far is at most a few hundredths short."""


@dataclass(frozen=True, slots=True)
class Option:
    """A scenario as the plan sees it. `minutes` is what a candidate is given for it."""

    id: ScenarioId
    requirements: tuple[RequirementId, ...]
    level: Level
    minutes: int
    title: str = ""


@dataclass(frozen=True, slots=True)
class Need:
    """Something to be covered: any one of `ids`, worth `weight`."""

    ids: tuple[RequirementId, ...]
    weight: int


@dataclass(frozen=True, slots=True)
class Choice:
    """The chosen scenarios, by id; `proven` is False when the search was cut off before it had seen everything."""

    scenarios: tuple[ScenarioId, ...]
    weight: int
    proven: bool = True


def covers(option: Option, requirement: str) -> bool:
    """Whether the scenario tests the requirement, or a part of it."""
    return any(within(tested, requirement) for tested in option.requirements)


def needs_of(requirements: Iterable[Requirement]) -> list[Need]:
    """Return what a sandbox could test of the requirements; alternatives are one need."""
    testable = [r for r in requirements if not r.person and r.kind in WEIGHTS]
    needs: dict[tuple[RequirementId, ...], int] = {}
    for requirement in testable:
        ids = requirement.any_of or (requirement.id,)
        needs[ids] = max(needs.get(ids, 0), WEIGHTS[requirement.kind])
    alone = {ids[0] for ids in needs if len(ids) == 1}
    return [Need(ids, weight) for ids, weight in needs.items() if len(ids) == 1 or not alone.intersection(ids)]


def choose(needs: Sequence[Need], options: Sequence[Option], *, minutes: int, level: Level | None = None) -> Choice:
    """Return the scenarios that cover the most weight within `minutes`.

    Among equals: levels nearest to `level`, then less time, then the ids in order. The search is exact, branch and
    bound over the scenarios by id; the same input always gives the same answer.
    """
    search = _Search(needs, sorted(options, key=lambda option: option.id), minutes, level)
    search.run()
    return search.choice()


def with_second_looks(
    choice: Choice, needs: Sequence[Need], options: Sequence[Option], *, minutes: int, level: Level | None = None
) -> Choice:
    """Return the choice with the time that is left given to further scenarios for what is covered already.

    One scenario is one observation; a second on the same requirement tells luck from skill. Alternatives get none:
    who knows one need not know the other. Those that test the most
    weight come first, then levels nearest to `level`, then less time, then the ids in order.
    """
    chosen = list(choice.scenarios)
    left = minutes - sum(option.minutes for option in options if option.id in choice.scenarios)
    firm = [(need.ids[0], need.weight) for need in needs if len(need.ids) == 1]
    worth = {option.id: sum(weight for id_, weight in firm if covers(option, id_)) for option in options}
    for option in sorted(options, key=lambda o: (-worth[o.id], _distance(o.level, level), o.minutes, o.id)):
        if option.id not in chosen and worth[option.id] and option.minutes <= left:
            chosen.append(option.id)
            left -= option.minutes
    return Choice(tuple(sorted(chosen)), choice.weight, proven=choice.proven)


_Score = tuple[int, int, int]
"""Weight covered, minus the distance in levels, minus the minutes: more is better."""


class _Search:
    def __init__(self, needs: Sequence[Need], options: Sequence[Option], minutes: int, level: Level | None) -> None:
        self._tables = _byte_tables([need.weight for need in needs])
        self._candidates = [
            (option, mask, _distance(option.level, level))
            for option in options
            if option.minutes <= minutes and (mask := _mask(option, needs))
        ]
        # Good candidates first: a strong early answer cuts most of the tree.
        self._candidates.sort(key=lambda c: (-self._worth(c[1]) / max(c[0].minutes, 1), c[2], c[0].id))
        self._minutes = minutes
        self._best: tuple[_Score, tuple[str, ...]] = ((0, 0, 0), ())
        self._steps = 0

    def run(self) -> None:
        self._descend(0, 0, 0, self._minutes, ())

    def choice(self) -> Choice:
        (weight, _, _), ids = self._best
        return Choice(tuple(ScenarioId(id_) for id_ in ids), weight, proven=self._steps < MAX_STEPS)

    def _worth(self, mask: int) -> int:
        total = 0
        for table in self._tables:
            total += table[mask & 0xFF]
            mask >>= 8
        return total

    def _descend(self, index: int, covered: int, distance: int, left: int, chosen: tuple[str, ...]) -> None:
        self._steps += 1
        self._offer((self._worth(covered), -distance, left - self._minutes), tuple(sorted(chosen)))
        if self._steps >= MAX_STEPS or self._worth(covered) + self._bound(index, covered, left) < self._best[0][0]:
            return
        for following in range(index, len(self._candidates)):
            option, mask, away = self._candidates[following]
            if option.minutes > left or not mask & ~covered:
                continue
            self._descend(following + 1, covered | mask, distance + away, left - option.minutes, (*chosen, option.id))

    def _offer(self, score: _Score, ids: tuple[str, ...]) -> None:
        best_score, best_ids = self._best
        if score > best_score or (score == best_score and ids < best_ids):
            self._best = (score, ids)

    def _bound(self, index: int, covered: int, left: int) -> float:
        """Return a weight that no choice among the rest can exceed: gains counted apart, the last one in part."""
        gains = []
        union = 0
        for option, mask, _away in self._candidates[index:]:
            fresh = mask & ~covered
            if fresh and option.minutes <= left:
                union |= fresh
                gains.append((self._worth(fresh) / max(option.minutes, 0.001), option.minutes))
        gains.sort(reverse=True)
        total, room = 0.0, float(left)
        for rate, cost in gains:
            used = min(float(max(cost, 0.001)), room)
            total += rate * used
            room -= used
            if room <= 0:
                break
        return min(total + 1e-6, float(self._worth(union)))


def _byte_tables(weights: Sequence[int]) -> list[list[int]]:
    """Return, for each eight needs, the weight of each of their subsets."""
    return [
        [sum(weight for bit, weight in enumerate(weights[start : start + 8]) if byte >> bit & 1) for byte in range(256)]
        for start in range(0, len(weights), 8)
    ]


def _mask(option: Option, needs: Sequence[Need]) -> int:
    return sum(1 << index for index, need in enumerate(needs) if any(covers(option, id_) for id_ in need.ids))


def _distance(level: Level, wanted: Level | None) -> int:
    ranks = list(Level)
    return abs(ranks.index(level) - ranks.index(wanted)) if wanted else 0
