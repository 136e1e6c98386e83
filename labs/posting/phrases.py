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

    def hits(self, text_tokens: Sequence[Token]) -> Iterator[Hit[T]]:
        """Yield the phrases met, left to right, without overlaps."""
        index, count = 0, len(text_tokens)
        while index < count:
            hit = self._hit_at(text_tokens, index)
            if hit is None:
                index += 1
            else:
                yield hit
                index = hit.last + 1

    def _hit_at(self, text_tokens: Sequence[Token], index: int) -> Hit[T] | None:
        longest = self._longest.get(text_tokens[index].word, 0)
        if not longest:
            return None
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
