"""Which requirements a piece of text names, and where."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from labs.core.ids import RequirementId
from labs.posting.phrases import Hit
from labs.posting.taxonomy import Sense, Taxonomy, within
from labs.posting.text import Token


@dataclass(frozen=True, slots=True)
class Match:
    """A requirement named in a text, with the places where its name starts and ends."""

    requirement: RequirementId
    start: int
    end: int


def matches(text: str, taxonomy: Taxonomy, context: frozenset[str] = frozenset()) -> list[Match]:
    """Return the requirements named in `text`, left to right.

    `context` holds requirement ids named just around the text: they count as companions of ambiguous names.
    """
    tokens = taxonomy.phrases.tokens(text)
    hits = [hit for hit in taxonomy.phrases.hits(tokens) if hit.value]
    if not hits:
        return []
    sure = set(context)
    sure.update(sense.requirement for hit in hits for sense in hit.value if _is_sure(sense, hit, text))
    return list(_resolved(hits, text, sure, tokens))


def _is_sure(sense: Sense, hit: Hit[tuple[Sense, ...]], text: str) -> bool:
    return not sense.companions and _has_capitals(sense, hit, text)


def _has_capitals(sense: Sense, hit: Hit[tuple[Sense, ...]], text: str) -> bool:
    return not sense.exact or text[hit.start : hit.end] == sense.exact


def _resolved(
    hits: Sequence[Hit[tuple[Sense, ...]]], text: str, sure: set[str], tokens: Sequence[Token]
) -> Iterator[Match]:
    words = frozenset(token.word for token in tokens)
    for hit in hits:
        for sense in hit.value:
            if not _has_capitals(sense, hit, text):
                continue
            others = words if sense.companions else frozenset()
            if not sense.companions or _has_companion(sense, sure, others):
                yield Match(sense.requirement, hit.start, hit.end)
                break


def _has_companion(sense: Sense, sure: set[str], words: frozenset[str]) -> bool:
    return any(companion in words or any(within(id_, companion) for id_ in sure) for companion in sense.companions)
