"""Text as the matcher sees it: folded (no accents, no capitals) one character for one, and cut into tokens."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple


class _Folding(dict[int, str]):
    """Maps each code point to its folded form, filled as characters are met."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        letters = [c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c)]
        folded = letters[0].lower() if len(letters) == 1 else character.lower()
        self[code] = folded if len(folded) == 1 else character
        return self[code]


_FOLDING = _Folding({ord(c): "'" for c in "’‘`´"} | {ord(c): "-" for c in "‐‑‒–—―−"})  # noqa: RUF001
_TOKEN = re.compile(r"\.net\b|[^\W_]+(?:\.[^\W_]+)*(?:\+\+|#(?!\w))?")
_GAP = re.compile(r"[\s\-_/&']{0,6}")


class Token(NamedTuple):
    """One word of a text, folded, and its place; `joined`: only spaces, hyphens or slashes part it from the last."""

    word: str
    start: int
    end: int
    joined: bool


def fold(text: str) -> str:
    """Return `text` without accents and capitals, of the same length, so that places stay valid.

    Expects composed characters (Unicode form C), which the reader provides.
    """
    return text.translate(_FOLDING)


def tokens(text: str, dotted: frozenset[str] = frozenset()) -> list[Token]:
    """Return the words of `text`. A dot inside a word parts it, unless the whole is in `dotted` (node.js)."""
    folded = fold(text)
    found: list[Token] = []
    end = -1
    for start, stop in _spans(folded, dotted):
        joined = end >= 0 and _GAP.fullmatch(folded, end, start) is not None
        found.append(Token(folded[start:stop], start, stop, joined))
        end = stop
    return found


def _spans(folded: str, dotted: frozenset[str]) -> Iterator[tuple[int, int]]:
    for match in _TOKEN.finditer(folded):
        word = match.group()
        if "." not in word or word in dotted:
            yield match.span()
            continue
        place = match.start()
        for part in word.split("."):
            if part:
                yield place, place + len(part)
            place += len(part) + 1


def words(text: str, dotted: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Return the folded words of `text`."""
    folded = fold(text)
    return tuple(folded[start:stop] for start, stop in _spans(folded, dotted))


def dotted_words(names: Iterable[str]) -> frozenset[str]:
    """Return the words of `names` that hold a dot and are to stay whole."""
    return frozenset(word for name in names for word in _TOKEN.findall(fold(name)) if "." in word)
