"""What a sentence says about the requirements in it: an advantage, not asked for, one of several."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from labs.posting.matching import Match
from labs.posting.taxonomy import Taxonomy, within
from labs.posting.text import tokens
from labs.posting.vocabulary import Cue, Reach, vocabulary

_SENTENCE_END = re.compile(r"(?<!e\.g)(?<!i\.e)(?<!p\.ej)(?<!\bej)[.;!?](?=\s|$)")
_MAX_SENTENCE = 1500
_CHUNK = re.compile(r"[,;()\n]")


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of a text in which cues reach the requirements beside them; places are the whole text's."""

    text: str
    start: int
    matches: tuple[Match, ...]
    cues: tuple[tuple[Cue, Reach, int, int], ...]

    def has(self, cue: Cue) -> bool:
        """Whether such a cue stands in the clause."""
        return any(entry[0] is cue for entry in self.cues)

    def reached(self, cue: Cue) -> frozenset[Match]:
        """Return the requirements that cues of this kind speak of."""
        return frozenset(match for entry in self.cues if entry[0] is cue for match in self._reached(*entry[1:]))

    def _reached(self, reach: Reach, start: int, end: int) -> Iterator[Match]:
        preceding = [m for m in self.matches if m.end <= start]
        following = [m for m in self.matches if m.start >= end]
        chunk = self._chunk_start(start)
        in_brackets = self.text[: start - self.start].rstrip().endswith("(")
        labels = following and self.text[end - self.start :].lstrip().startswith(":")
        if (
            reach is Reach.BEFORE
            or labels
            or (reach is Reach.EITHER and following and not in_brackets and all(m.end <= chunk for m in preceding))
        ):
            limit = min(
                (c[2] for c in self.cues if c[2] >= end and c[0] in _LIMITS and c[1] is not Reach.AFTER), default=None
            )
            yield from (m for m in following if limit is None or m.start < limit)
        else:
            limit = (
                chunk
                if in_brackets
                else max((c[3] for c in self.cues if c[3] <= start and c[1] is not Reach.BEFORE), default=0)
            )
            yield from (m for m in preceding if m.start >= limit)

    def _chunk_start(self, place: int) -> int:
        """Return where the comma-separated part around `place` starts; the bracket it may stand in belongs to it."""
        before = self.text[: place - self.start].rstrip().removesuffix("(")
        last = max((found.end() for found in _CHUNK.finditer(before)), default=0)
        return self.start + last


_LIMITS = (Cue.NICE, Cue.NEGATED)


def clauses(text: str, matches: Sequence[Match]) -> Iterator[Clause]:
    """Yield the clauses of `text` that name requirements."""
    words = vocabulary()
    starts = [m.start for m in matches]
    for start, end in _spans(text):
        inside = tuple(matches[bisect_left(starts, start) : bisect_left(starts, end)])
        if inside:
            part = text[start:end]
            cues = tuple((*hit.value, start + hit.start, start + hit.end) for hit in words.cues.hits(tokens(part)))
            yield Clause(part, start, inside, cues)


def _spans(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for end in _sentence_ends(text):
        sentence = text[start:end]
        inner = start
        for hit in vocabulary().contrasts.hits(tokens(sentence)):
            yield inner, start + hit.start
            inner = start + hit.start
        yield inner, end
        start = end


def _sentence_ends(text: str) -> Iterator[int]:
    start = 0
    for end in (*(found.end() for found in _SENTENCE_END.finditer(text)), len(text)):
        while end - start > _MAX_SENTENCE:
            # No sentence: cut it at a space, so that a wall of text costs no more than prose.
            start = max(text.rfind(" ", start, start + _MAX_SENTENCE), start + _MAX_SENTENCE // 2)
            yield start
        yield end
        start = end


def alternatives(clause: Clause, language: str, taxonomy: Taxonomy) -> list[tuple[Match, ...]]:
    """Return the groups of requirements of which one is enough, in the clause's order."""
    named = [m for m in clause.matches if not taxonomy.entries[m.requirement].group]
    joints = [_joint(clause, left, right, language, taxonomy) for left, right in pairwise(named)]
    groups = [*_by_words(named, joints, taxonomy), *_by_cue(clause, named, joints)]
    return [group for group in groups if len({m.requirement for m in group}) > 1]


def _joint(clause: Clause, left: Match, right: Match, language: str, taxonomy: Taxonomy) -> str:
    """Return how two neighbours are joined: or, and, slash, comma, or none."""
    gap = clause.text[left.end - clause.start : right.start - clause.start]
    words = {token.word for token in tokens(gap)}
    known = vocabulary()
    if not words <= known.joining_words:
        return "none"
    choices = known.alternative_words - ({"o", "u"} if language == "pt" else set()) - {"and", "y", "e"}
    if words & choices:
        return "or"
    if words:
        return "and"
    same = _family(left, taxonomy) and _family(left, taxonomy) == _family(right, taxonomy)
    return "slash" if "/" in gap and same else "comma"


def _family(match: Match, taxonomy: Taxonomy) -> str:
    return taxonomy.entries[match.requirement].family


def _by_words(named: Sequence[Match], joints: Sequence[str], taxonomy: Taxonomy) -> Iterator[tuple[Match, ...]]:
    done = 0
    for index, joint in enumerate(joints):
        if joint not in ("or", "slash") or index < done:
            continue
        family = _family(named[index], taxonomy)
        alike = bool(family) and family == _family(named[index + 1], taxonomy)
        first, last = index, index + 1
        while first > done and joint == "or" and joints[first - 1] == "comma":
            if alike and _family(named[first - 1], taxonomy) != family:
                break
            first -= 1
        while last < len(joints) and joints[last] == joint:
            last += 1
        yield tuple(named[first : last + 1])
        done = last


def _by_cue(clause: Clause, named: Sequence[Match], joints: Sequence[str]) -> Iterator[tuple[Match, ...]]:
    joining = vocabulary().joining_words
    for cue, _reach, _start, end in clause.cues:
        if cue is not Cue.ALTERNATIVES:
            continue
        first = next((i for i, m in enumerate(named) if m.start >= end), None)
        if first is None:
            continue
        if any(within(other.requirement, named[first].requirement) for other in named[first + 1 :]):
            first += 1  # "at least one programming language: Python, Go": the first is what they have in common
        lead = clause.text[end - clause.start : named[first].start - clause.start] if first < len(named) else ""
        if any(token.word in joining for token in tokens(lead)):
            continue
        last = first
        while last < len(joints) and joints[last] != "none":
            last += 1
        yield tuple(named[first : last + 1])
