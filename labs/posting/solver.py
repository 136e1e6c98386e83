"""The choice of scenarios as an integer programme, solved by HiGHS (https://highs.dev): exact, and quick at any size.

Maximum coverage under a budget, one aim after the other: the best of the first is held while the next is sought.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import highspy

from labs.core.ids import ScenarioId
from labs.posting.coverage import RARITY, Choice, Need, Option, covers, distance
from labs.posting.vocabulary import Level

MAX_NODES = 20_000
"""The search stops here and says so. Sixty scenarios and forty requirements take some ten."""

_CHUNK = 20
"""So many scenarios are told apart by powers of two at once: more would be beyond a solver's tolerance."""
_SANDBOX, _LEVEL = 1_000_000, 2_000
"""In minutes: a plan's are fewer than a level's, all its levels' fewer than a sandbox's."""


def solve(
    needs: Sequence[Need],
    options: Sequence[Option],
    *,
    firm: frozenset[ScenarioId],
    minutes: int,
    level: Level | None = None,
) -> Choice:
    """Return the best choice of `options`, which are in the order of their ids; `firm` ones are always in it."""
    programme = _Programme(needs, options, firm=firm, minutes=minutes)
    weight = programme.hold_best({f"need{i}": need.weight for i, need in enumerate(needs)})
    programme.hold_best({f"need{i}": _rarity(need, options) for i, need in enumerate(needs)})
    cost = {f"take{i}": -_LEVEL * distance(o.level, level) - o.minutes for i, o in enumerate(options)}
    programme.hold_best(cost | {f"open{kind}": -_SANDBOX for kind in {o.sandbox for o in options}})
    for first in range(0, len(options), _CHUNK):
        chunk = range(first, min(first + _CHUNK, len(options)))
        programme.hold_best({f"take{i}": 1 << (chunk[-1] - i) for i in chunk})
    taken = tuple(option.id for i, option in enumerate(options) if programme.is_taken(i))
    return Choice(taken, weight, proven=programme.proven)


def _rarity(need: Need, options: Sequence[Option]) -> int:
    count = sum(_serves(option, need) for option in options)
    return RARITY // count if count else 0


def _serves(option: Option, need: Need) -> bool:
    return any(covers(option, id_) for id_ in need.ids)


class _Programme:
    """The constraints, and what was found best so far."""

    def __init__(
        self, needs: Sequence[Need], options: Sequence[Option], *, firm: frozenset[ScenarioId], minutes: int
    ) -> None:
        self.proven = True
        self._highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        self._highs.silent()
        for name, value in {"threads": 1, "random_seed": 0, "mip_rel_gap": 0.0, "mip_abs_gap": 0.5}.items():
            self._highs.setOptionValue(name, value)
        self._highs.setOptionValue("mip_max_nodes", MAX_NODES)
        self._variables: dict[str, Any] = {}
        self._values: dict[str, int] = {}
        for i, option in enumerate(options):
            self._variables[f"take{i}"] = self._highs.addBinary()
            if option.id in firm:
                self._constrain({f"take{i}": 1}, at_least=1)
        self._constrain({f"take{i}": -option.minutes for i, option in enumerate(options)}, at_least=-minutes)
        for i, option in enumerate(options):
            if option.alone:
                others = {f"take{j}": -1 for j in range(len(options)) if j != i}
                self._constrain(others | {f"take{i}": -len(options)}, at_least=-len(options))
        for i, need in enumerate(needs):
            self._variables[f"need{i}"] = self._highs.addBinary()
            serving = {f"take{j}": 1 for j, option in enumerate(options) if _serves(option, need)}
            self._constrain(serving | {f"need{i}": -1}, at_least=0)
        for kind in sorted({option.sandbox for option in options}):
            self._variables[f"open{kind}"] = self._highs.addBinary()
        for i, option in enumerate(options):
            self._constrain({f"open{option.sandbox}": 1, f"take{i}": -1}, at_least=0)

    def hold_best(self, aim: Mapping[str, int]) -> int:
        """Seek the most of an aim, and let no later one give any of it up."""
        aim = {name: worth for name, worth in aim.items() if worth}
        if not aim:
            return 0
        self._highs.maximize(sum(worth * self._variables[name] for name, worth in aim.items()))
        self.proven = self.proven and self._highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
        self._values = {name: round(self._highs.val(variable)) for name, variable in self._variables.items()}
        best = sum(worth * self._values[name] for name, worth in aim.items())
        self._constrain(aim, at_least=best)
        return best

    def is_taken(self, index: int) -> bool:
        """Whether the choice holds the option."""
        return self._values.get(f"take{index}") == 1

    def _constrain(self, terms: Mapping[str, int], *, at_least: int) -> None:
        self._highs.addConstr(sum(factor * self._variables[name] for name, factor in terms.items()) >= at_least)
