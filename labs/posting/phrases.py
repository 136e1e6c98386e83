"""Many phrases found in one pass over a text's tokens: the longest that starts at a place wins."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from labs.posting.text import Token, words

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Hit(Generic[T]):
    """A phrase met in a text. `start` and `end` are places in the text, `first` and `last` indexes of its tokens."""

    value: T
    start: int
    end: int
    first: int
    last: int


class Phrases(Generic[T]):
    """A set of phrases, each with a value."""

    def __init__(self, values: Mapping[tuple[str, ...], T]) -> None:
        self._values = dict(values)
        self._longest: dict[str, int] = {}
        self._words = frozenset(word for phrase in self._values for word in phrase)
        for phrase in self._values:
            self._longest[phrase[0]] = max(self._longest.get(phrase[0], 0), len(phrase))

    @classmethod
    def of(cls, values: Mapping[T, Iterable[str]]) -> "Phrases[T]":
        """Return the phrases written out under each value; of two equal ones the first counts."""
        table: dict[tuple[str, ...], T] = {}
        for value, texts in values.items():
            for text in texts:
                if phrase := words(text):
                    table.setdefault(phrase, value)
        return cls(table)

    def contains_word(self, word: str) -> bool:
        """Whether a folded word stands in any of the phrases."""
        return word in self._words

    def hits(self, text_tokens: Sequence[Token]) -> Iterator[Hit[T]]:
        """Yield the phrases met, left to right, without overlaps."""
        longest, behind = self._longest, 0
        for index, token in enumerate(text_tokens):
            if token.word in longest and index >= behind:
                hit = self._hit_at(text_tokens, index, longest[token.word])
                if hit is not None:
                    yield hit
                    behind = hit.last + 1

    def _hit_at(self, text_tokens: Sequence[Token], index: int, longest: int) -> Hit[T] | None:
        run = [text_tokens[index].word]
        for token in text_tokens[index + 1 : index + longest]:
            if not token.joined:
                break
            run.append(token.word)
        while run:
            value = self._values.get(tuple(run))
            if value is not None:
                last = index + len(run) - 1
                return Hit(value, text_tokens[index].start, text_tokens[last].end, index, last)
            run.pop()
        return None
