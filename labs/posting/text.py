"""Text as the matcher sees it: folded (no accents, no capitals) one character for one, and cut into tokens."""

import re
import unicodedata
from functools import lru_cache
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
_TOKEN = re.compile(
    r"\.net\b|[^\W_]+(?:\.(?:js|net|io|py)\b|(?<=\d)\.\d+[a-z]?\b)?"
    r"(?:\+\+|#(?!\w)|(?<=[a-z])\+(?![\w+]))?"  # Node.js, 2.0, C++, Security+ are words
)
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


# As many as the largest posting has lines and parts of lines: each is asked for several times.
@lru_cache(maxsize=1 << 17)
def tokens(text: str) -> tuple[Token, ...]:
    """Return the words of `text`. A dot inside a word parts it, unless it is a name's or a number's (Node.js, 2.0)."""
    folded = fold(text)
    found: list[Token] = []
    end = -1
    for match in _TOKEN.finditer(folded):
        start, stop = match.span()
        joined = end >= 0 and (folded[end:start] == " " or _GAP.fullmatch(folded, end, start) is not None)
        found.append(Token(match.group(), start, stop, joined))
        end = stop
    return tuple(found)


def words(text: str) -> tuple[str, ...]:
    """Return the folded words of `text`."""
    return tuple(_TOKEN.findall(fold(text)))


_KEPT = 1 << 14


def forget() -> None:
    """Let go of what was found out about a large text; of small ones it is kept, since they have much in common."""
    if tokens.cache_info().currsize > _KEPT:
        tokens.cache_clear()
