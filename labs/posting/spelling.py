"""Names that were meant though they are not spelt as they should be."""

from collections.abc import Iterable, Mapping

from labs.core.ids import RequirementId

MIN_LETTERS = 7
"""Shorter names are a letter away from everyday words (Docker, rocker)."""

SHORTEST = MIN_LETTERS - 1
"""No shorter word is a misspelt name."""

_TWO_MISTAKES = 9
"""Names as long as this may have two letters wrong."""


class Spelling:
    """Proper names, each with the requirement that it stands for."""

    def __init__(self, names: Mapping[str, RequirementId], other_words: Iterable[str]) -> None:
        self._names = {name: id_ for name, id_ in names.items() if len(name) >= MIN_LETTERS and name.isalpha()}
        self._others = frozenset(other_words)
        self._letters = {name: frozenset(name) for name in self._names}
        self._known: dict[str, RequirementId | None] = {}

    def meant(self, word: str) -> RequirementId | None:
        """Return the requirement whose name a folded word misspells, or None: one slip, or two in a long name."""
        if len(word) < SHORTEST:
            return None
        if word not in self._known:
            self._known[word] = self._nearest(word)
        return self._known[word]

    def _nearest(self, word: str) -> RequirementId | None:
        if not word.isalpha() or word in self._others or word in self._names:
            return None
        letters = frozenset(word)
        near = [
            name
            for name, own in self._letters.items()
            if name[0] == word[0]
            and abs(len(name) - len(word)) <= _slips(name)
            and len(own ^ letters) <= 2 * _slips(name)
        ]
        if not near:
            return None
        from rapidfuzz.distance import OSA  # noqa: PLC0415 - few postings hold a candidate

        best = min(near, key=lambda name: (OSA.distance(word, name), name))
        return self._names[best] if OSA.distance(word, best) <= _slips(best) else None


def _slips(name: str) -> int:
    return 2 if len(name) >= _TWO_MISTAKES else 1
