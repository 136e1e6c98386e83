"""What a sentence says about the requirements in it: an advantage, not asked for, one of several."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from labs.posting.matching import Match
from labs.posting.text import fold, tokens
from labs.posting.vocabulary import Cue, Reach, vocabulary

_SENTENCE_END = re.compile(r"(?<!e\.g)(?<!i\.e)(?<!p\.ej)(?<!\bej)[.;!?](?=\s|$)")
_FIRST_WORD = re.compile(r"\W*(\w+)\s+\w")
_NAMED_USER = re.compile(r"\s*(?:[A-Z][\w&.-]*\s+){1,4}(?:uses|runs on|usa|utiliza|corre sobre|roda em)\b")
"""A sentence about a company by its name ("Pixel Orchard uses Docker")."""
_MAX_NAME, _MANY_CUES = 60, 200
_MAX_SENTENCE = 600
ADDING = frozenset({"also", "tambien", "tambem"})
"""After "but", these go on rather than contrast."""
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

    def firmly_reached(self, cue: Cue) -> frozenset[Match]:
        """Return the requirements of which such a cue is said behind or beside them ("Docker (required)")."""
        firm = (entry for entry in self.cues if entry[0] is cue and entry[1] is not Reach.BEFORE)
        return frozenset(match for entry in firm for match in self._reached(*entry[1:]))

    def asides(self) -> frozenset[Match]:
        """Return what the company says of itself in brackets or from the start on ("(we use Linkerd)")."""
        found: set[Match] = set()
        for cue, _reach, start, end in self.cues:
            if cue is not Cue.COMPANY:
                continue
            opening = self._bracket_around(start)
            if opening is not None:
                closing = self.text.find(")", end - self.start)
                limit = self.start + (closing if closing >= 0 else len(self.text))
                found.update(m for m in self.matches if opening <= m.start < limit)
            elif not self.text[: start - self.start].strip(" ("):
                found.update(m for m in self.matches if end <= m.start)
        return frozenset(found)

    def has_verb(self, cue: Cue) -> bool:
        """Whether such a cue stands in the clause that speaks of what follows wherever it stands ("we use")."""
        return any(
            entry[0] is cue and entry[1] is Reach.BEFORE and self._bracket_around(entry[2]) is None
            for entry in self.cues
        )

    def is_of_company(self) -> bool:
        """Whether its subject is the company's, and nobody is spoken to ("Our world today: Nomad and Consul")."""
        known = vocabulary()
        opening = _FIRST_WORD.match(self.text)
        if not opening or (fold(opening[1]) not in known.own_words and not opening[1][:1].isupper()):
            return False
        first, *rest = [token.word for token in tokens(self.text)] or [""]
        named = _NAMED_USER.match(self.text) and first not in known.role_nouns
        if not (named or first in known.own_words) or self.has(Cue.MUST) or self.has(Cue.SKILL):
            return False
        return not any(word in known.your_words or word in known.role_nouns for word in rest)

    def reached(self, cue: Cue) -> frozenset[Match]:
        """Return the requirements that cues of this kind speak of."""
        return frozenset(match for entry in self.cues if entry[0] is cue for match in self._reached(*entry[1:]))

    def _reached(self, reach: Reach, start: int, end: int) -> Iterator[Match]:
        preceding = [m for m in self.matches if m.end <= start]
        following = [m for m in self.matches if m.start >= end]
        chunk = self._chunk_start(start)
        in_brackets = self.text[: start - self.start].rstrip().endswith("(")
        # "Required: Docker"; but what "English is not needed: we speak Spanish" says of English stands before.
        starts = all(m.end <= chunk for m in preceding)
        labels = following and (starts or in_brackets) and self.text[end - self.start :].lstrip().startswith(":")
        if reach is Reach.BEFORE or labels or (reach is Reach.EITHER and following and not in_brackets and starts):
            limits = [c[2] for c in self.cues if c[2] >= end and c[0] in _LIMITS and c[1] is not Reach.AFTER]
            if in_brackets and (closing := self.text.find(")", end - self.start)) >= 0:
                limits.append(self.start + closing)
            limit = min(limits, default=None)
            yield from (m for m in following if limit is None or m.start < limit)
        else:
            limit = (
                chunk
                if in_brackets
                else max((c[3] for c in self.cues if c[3] <= start and c[1] is not Reach.BEFORE), default=0)
            )
            if not in_brackets and (own := self._last_of_two(chunk, start, end)) is not None:
                limit = max(limit, own)
            if not in_brackets and (bracket := self._open_bracket(start)) is not None:
                limit = max(limit, bracket)  # "Docker & Kubernetes (EKS preferred)" prefers what the brackets hold
            colon = self.start + self.text.rfind(":", 0, start - self.start)
            if any(m.start > colon for m in preceding):
                limit = max(limit, colon)  # "CI/CD: GitHub Actions preferred" prefers one of them
            yield from (m for m in preceding if m.start >= limit)

    def _last_of_two(self, chunk: int, start: int, end: int) -> int | None:
        """Return where the second of two parts begins that nothing joins ("PowerShell, Bash an advantage"), if so."""
        cue = {token.word for token in tokens(self.text[start - self.start : end - self.start])}
        here = self.text[chunk - self.start : start - self.start]
        if not cue & vocabulary().articles or "," in self.text[: max(0, chunk - self.start - 1)]:
            return None
        if {token.word for token in tokens(here)} & (vocabulary().joining_words - {"e", "o"}):
            return None
        return (
            chunk
            if any(m.end <= chunk for m in self.matches) and any(chunk <= m.start < start for m in self.matches)
            else None
        )

    def _open_bracket(self, place: int) -> int | None:
        """Return where the bracket opens that `place` stands in, behind some requirement; None when it does not."""
        found = self._bracket_around(place)
        return found if found is not None and any(found < m.start < place for m in self.matches) else None

    def _bracket_around(self, place: int) -> int | None:
        """Return where the bracket opens that `place` stands in; None when it stands in none."""
        before = self.text[: place - self.start]
        opening = before.rfind("(")
        return None if opening < 0 or ")" in before[opening:] else self.start + opening

    def _chunk_start(self, place: int) -> int:
        """Return where the comma-separated part around `place` starts; the bracket it may stand in belongs to it."""
        before = self.text[: place - self.start].rstrip().removesuffix("(")
        last = max((found.end() for found in _CHUNK.finditer(before)), default=0)
        return self.start + last


_LIMITS = (Cue.NICE, Cue.NEGATED)


def clauses(text: str, matches: Sequence[Match]) -> Iterator[Clause]:
    """Yield the clauses of `text` that name requirements."""
    cues = [(*hit.value, hit.start, hit.end) for hit in vocabulary().cues.hits(tokens(text))]
    if any(cue[0] in _LIMITS for cue in cues):
        inner = {place for m in matches if m.end - m.start <= _MAX_NAME for place in range(m.start + 1, m.end)}
        # "Mesa de ayuda" is a name: it does not say that something helps.
        cues = [cue for cue in cues if cue[0] not in _LIMITS or cue[2] not in inner]
    starts, cue_starts = [m.start for m in matches], [cue[2] for cue in cues]
    for start, end in _spans(text, cues):
        inside = tuple(matches[bisect_left(starts, start) : bisect_left(starts, end)])
        if inside:
            within_it = cues[bisect_left(cue_starts, start) : bisect_left(cue_starts, end)]
            yield Clause(text[start:end], start, inside, tuple(within_it))


_Said = tuple[Cue, Reach, int, int]


def _spans(text: str, cues: Sequence[_Said]) -> Iterator[tuple[int, int]]:
    contrasts = list(_contrasts(text))
    start = 0
    for end in _sentence_ends(text):
        for place in contrasts[bisect_left(contrasts, start) : bisect_left(contrasts, end)]:
            if _only_widens(cues, start, place, end):
                continue
            yield start, place
            start = place
        yield start, end
        start = end


def _only_widens(cues: Sequence[_Said], start: int, place: int, end: int) -> bool:
    """Whether what follows a "but" says of nothing how much it is wanted: "we use Terraform, but Pulumi will do"."""
    if len(cues) > _MANY_CUES:
        return False  # no text that a person wrote
    places = [cue[2] for cue in cues]
    before = cues[bisect_left(places, start) : bisect_left(places, place)]
    told = any(cue[0] is Cue.COMPANY and cue[1] is Reach.BEFORE for cue in before)
    return told and bisect_left(places, place) == bisect_left(places, end)


def _contrasts(text: str) -> Iterator[int]:
    text_tokens = tokens(text)
    for hit in vocabulary().contrasts.hits(text_tokens):
        following = text_tokens[hit.last + 1].word if hit.last + 1 < len(text_tokens) else ""
        if following not in ADDING:
            yield hit.start


def _sentence_ends(text: str) -> Iterator[int]:
    start = 0
    for end in (*(found.end() for found in _SENTENCE_END.finditer(text)), len(text)):
        while end - start > _MAX_SENTENCE:
            # No sentence: cut it at a space, so that a wall of text costs no more than prose.
            start = max(text.rfind(" ", start, start + _MAX_SENTENCE), start + _MAX_SENTENCE // 2)
            yield start
        yield end
        start = end
