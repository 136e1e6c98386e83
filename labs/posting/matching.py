"""Which requirements a piece of text names, and where."""

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import NamedTuple

from labs.core.ids import RequirementId
from labs.posting.phrases import Hit
from labs.posting.spelling import SHORTEST
from labs.posting.taxonomy import Sense, Taxonomy, within
from labs.posting.text import Token, tokens

_STANDS_ALONE = re.compile(r"\s*(?:$|[.;,/(&]|(?:is|are|or|o|ou|es|é)\b)")
"""What follows a name, and hardly a verb that begins a sentence."""
_BRACKET = re.compile(r"[^().,;:\n]{0,30}\(")
"""What parts a name from the brackets that explain it."""
_CAPITALS, _TITLE_WORDS, _TITLE_SHARE = 3, 5, 0.7
_AROUND = 200
"""So many characters on either side are the line that a name stands in, as far as its capitals matter."""
_STEP = 100
"""Names this close to one another share what is found out about the capitals around them."""
MISSPELT, IN_COMPANY = 0.7, 0.9
"""How sure a name is that is not spelt as it should be, or that means this only beside other names."""


class Match(NamedTuple):
    """A requirement named in a text, with the places where its name starts and ends, and how sure it is meant."""

    requirement: RequirementId
    start: int
    end: int
    certainty: float = 1.0


def matches(
    text: str,
    taxonomy: Taxonomy,
    context: frozenset[str] = frozenset(),
    everywhere: frozenset[str] = frozenset(),
) -> list[Match]:
    """Return the requirements named in `text`, left to right.

    `context` holds requirement ids named just around the text: they count as companions of ambiguous names.
    `everywhere` holds those named anywhere in the posting: they are companions for names that say so.
    """
    text_tokens = tokens(text)
    hits = list(taxonomy.phrases.hits(text_tokens))
    misspelt = list(_misspelt(text_tokens, hits, taxonomy))
    meant = [hit for hit in hits if hit.value]
    if not meant:
        return misspelt
    written = _Written(text)
    sure: set[str] = {*context, *(match.requirement for match in misspelt)}
    for hit in meant:
        sure.update(
            s.requirement
            for s in hit.value
            if s.requirement not in sure and not s.companions and written.as_meant(s, hit)
        )
    found = list(_resolved(meant, written, (sure, everywhere | sure), text_tokens))
    found = sorted([*found, *misspelt], key=lambda match: match.start) if misspelt else found
    return list(_of_the_whole(found, text, taxonomy)) if "(" in text else found


def _of_the_whole(found: Sequence[Match], text: str, taxonomy: Taxonomy) -> Iterator[Match]:
    """Yield the matches, a topic in brackets as a part of what they explain ("Kubernetes (networking, RBAC)")."""
    whole, closes = "", -1
    for index, match in enumerate(found):
        if match.start >= closes and index:
            bracket = _BRACKET.match(text, found[index - 1].end)
            if bracket and bracket.end() <= match.start:
                closing = text.find(")", bracket.end())
                if match.start < closing:
                    whole, closes = found[index - 1].requirement, closing
        part = RequirementId(f"{whole}.{match.requirement.rpartition('.')[2]}")
        if match.start < closes and "." not in match.requirement and part in taxonomy.entries:
            yield match._replace(requirement=part)
        else:
            yield match


def _misspelt(
    text_tokens: Sequence[Token], hits: Sequence[Hit[tuple[Sense, ...]]], taxonomy: Taxonomy
) -> Iterator[Match]:
    spelling = taxonomy.spelling
    for index, token in enumerate(text_tokens):
        if len(token.word) < SHORTEST or (id_ := spelling.meant(token.word)) is None:
            continue
        if not any(hit.first <= index <= hit.last for hit in hits):
            yield Match(id_, token.start, token.end, MISSPELT)


class _Written:
    """How the names of a text are written: whether with the capitals that tell them from everyday words."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._known: dict[tuple[str, int, bool], bool] = {}

    def as_meant(self, sense: Sense, hit: Hit[tuple[Sense, ...]]) -> bool:
        """Whether a name has the capitals that a sense asks for."""
        if not sense.exact:
            return True
        if self._text[hit.start : hit.end] != sense.exact:
            return False
        key = (sense.exact, hit.start, sense.inside)
        if key not in self._known:
            self._known[key] = self._is_meant(hit, inside=sense.inside)
        return self._known[key]

    def _is_meant(self, hit: Hit[tuple[Sense, ...]], *, inside: bool) -> bool:
        text = self._text
        if inside and _begins_sentence(text, hit.start) and not _STANDS_ALONE.match(text, hit.end):
            return False
        return not _capitals_around(text, hit.start // _STEP).all_upper


def _begins_sentence(text: str, place: int) -> bool:
    """Whether a capital there may be a sentence's, or one of a title in which all words have one."""
    before = text[max(0, place - _AROUND) : place].rstrip(" \t\"'*_")
    if not before or before.endswith((".", "!", "?", "\n", ";")):
        return True
    return _capitals_around(text, place // _STEP).title


class _Capitals(NamedTuple):
    """What the capitals around a place tell of any name there."""

    all_upper: bool
    """In a line of capitals all words look like acronyms (HOSPITAL SAN ROQUE)."""
    title: bool
    """Most words begin with a capital, as those of a title do."""


@lru_cache(maxsize=1 << 14)
def _capitals_around(text: str, step: int) -> _Capitals:
    around = text[max(0, step * _STEP - _AROUND) : (step + 1) * _STEP + _AROUND]
    parts = around.split()
    words = [part for part in parts if part[:1].isalpha()]
    capitals = sum(word[:1].isupper() for word in words)
    return _Capitals(
        all_upper=around.isupper() and len(parts) >= _CAPITALS,
        title=len(words) >= _TITLE_WORDS and capitals > _TITLE_SHARE * len(words),
    )


def _resolved(
    hits: Sequence[Hit[tuple[Sense, ...]]],
    written: _Written,
    sure: tuple[AbstractSet[str], AbstractSet[str]],
    text_tokens: Sequence[Token],
) -> Iterator[Match]:
    words: frozenset[str] = frozenset()
    known: dict[Sense, bool] = {}
    for hit in hits:
        for sense in hit.value:
            if sense.companions and sense not in known:
                words = words or frozenset(token.word for token in text_tokens)
                known[sense] = _has_companion(sense, sure[sense.anywhere], words)
            if (not sense.companions or known[sense]) and written.as_meant(sense, hit):
                yield Match(sense.requirement, hit.start, hit.end, IN_COMPANY if sense.companions else 1.0)
                break


def _has_companion(sense: Sense, sure: AbstractSet[str], words: frozenset[str]) -> bool:
    return any(companion in words or any(within(id_, companion) for id_ in sure) for companion in sense.companions)
