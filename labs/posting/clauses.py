"""What a sentence says about the requirements in it: an advantage, not asked for, one of several."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from labs.posting.matching import Match
from labs.posting.taxonomy import Taxonomy, within
from labs.posting.text import tokens
from labs.posting.vocabulary import Cue, Reach, vocabulary

_SENTENCE_END = re.compile(r"(?<!e\.g)(?<!i\.e)(?<!p\.ej)(?<!\bej)[.;!?](?=\s|$)")
_NAMED_USER = re.compile(r"\s*(?:[A-Z][\w&.-]*\s+){1,4}(?:uses|runs on|usa|utiliza|corre sobre|roda em)\b")
"""A sentence about a company by its name ("Pixel Orchard uses Docker")."""
_ABBREVIATED = re.compile(r"\b(?:e\.g|i\.e|p\.ej|ej|ex)\.", re.IGNORECASE)
"""Introduces examples; its letters are no words ("e" joins, in Portuguese)."""
_MAX_SENTENCE = 600
_ADDING = frozenset({"also", "tambien", "tambem"})
"""After "but", these go on rather than contrast."""
_STRANGERS = 3
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
            entry[0] is cue and entry[1] is Reach.BEFORE and self._bracket_around(entry[2]) is None for entry in self.cues
        )

    def is_of_company(self) -> bool:
        """Whether its subject is the company's, and nobody is spoken to ("Our world today: Nomad and Consul")."""
        known = vocabulary()
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
        if (
            reach is Reach.BEFORE
            or labels
            or (reach is Reach.EITHER and following and not in_brackets and starts)
        ):
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
        return chunk if any(m.end <= chunk for m in self.matches) and any(chunk <= m.start < start for m in self.matches) else None

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
    told = any(cue[0] is Cue.COMPANY and cue[1] is Reach.BEFORE and start <= cue[2] < place for cue in cues)
    return told and not any(place <= cue[2] < end for cue in cues)


def _contrasts(text: str) -> Iterator[int]:
    text_tokens = tokens(text)
    for hit in vocabulary().contrasts.hits(text_tokens):
        following = text_tokens[hit.last + 1].word if hit.last + 1 < len(text_tokens) else ""
        if following not in _ADDING:
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


def alternatives(clause: Clause, language: str, taxonomy: Taxonomy) -> list[tuple[Match, ...]]:
    """Return the groups of requirements of which one is enough, in the clause's order."""
    named = [m for m in clause.matches if not taxonomy.entries[m.requirement].group]
    joints = [_joint(clause, left, right, language, taxonomy) for left, right in pairwise(named)]
    groups = [*_by_words(named, joints, taxonomy), *_by_cue(clause, named, joints), *_by_rest(clause, named, joints)]
    return [group for group in groups if len({m.requirement for m in group}) > 1]


def _joint(clause: Clause, left: Match, right: Match, language: str, taxonomy: Taxonomy) -> str:
    """Return how two neighbours are joined: or, and, slash, comma, or none."""
    gap = clause.text[left.end - clause.start : right.start - clause.start]
    same = bool(_family(left, taxonomy)) and _family(left, taxonomy) == _family(right, taxonomy)
    return _joint_of(gap, language, same=same)


@lru_cache(maxsize=1 << 12)
def _joint_of(gap: str, language: str, *, same: bool) -> str:
    words = {token.word for token in tokens(gap)}
    known = vocabulary()
    if not words <= known.joining_words | known.contrast_words:
        return "none"
    if words & _ADDING:
        return "and"
    # A "but" between two names of one clause offers the second instead of the first.
    choices = (known.alternative_words | known.contrast_words) - ({"o", "u"} if language == "pt" else set()) - {"and", "y", "e"}
    if words & choices:
        return "or"
    if words:
        return "and"
    if any(mark in gap for mark in "(:)"):
        return "none"
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
            if not alike and _are_topics(named, first - 1, index, taxonomy):
                break  # "networking - VLANs, DNS, a VPN or a dedicated line": a field's topics, not its alternatives
            if alike and _family(named[first - 1], taxonomy) != family:
                break
            first -= 1
        while last < len(joints) and joints[last] == joint:
            last += 1
        yield tuple(named[first : last + 1])
        done = last


def _are_topics(named: Sequence[Match], first: int, last: int, taxonomy: Taxonomy) -> bool:
    """Whether what is listed belongs to a field that the list's lead has named, and is no choice of tools."""
    leads = {lead.requirement for lead in named[:first]} - taxonomy.choices
    return any(within(each.requirement, lead) for lead in leads for each in named[first : last + 1])


def _by_cue(clause: Clause, named: Sequence[Match], joints: Sequence[str]) -> Iterator[tuple[Match, ...]]:
    joining = vocabulary().joining_words
    for cue, reach, _start, end in clause.cues:
        if cue is not Cue.ALTERNATIVES or reach is Reach.AFTER:
            continue
        first = next((i for i, m in enumerate(named) if m.start >= end), None)
        if first is None:
            continue
        lead = _ABBREVIATED.sub("", clause.text[end - clause.start : named[first].start - clause.start])
        if any(token.word in joining for token in tokens(lead)):
            continue
        if _introduces(clause, named, first):
            first += 1  # "at least one programming language: Python, Go": the first is what they have in common
        last = first
        while last < len(joints) and (joints[last] != "none" or _goes_on(clause, named[last], named[last + 1])):
            last += 1
        yield tuple(named[first : last + 1])


def _introduces(clause: Clause, named: Sequence[Match], index: int) -> bool:
    own, rest = named[index], named[index + 1 :]
    if any(within(other.requirement, own.requirement) for other in rest):
        return True
    gap = clause.text[own.end - clause.start : rest[0].start - clause.start] if rest else ""
    return any(mark in gap for mark in "(:")


def _goes_on(clause: Clause, left: Match, right: Match) -> bool:
    """Whether a list goes on over a word that names nothing known ("Python, Cobol, Ruby")."""
    gap = clause.text[left.end - clause.start : right.start - clause.start]
    return "," in gap and len(tokens(gap)) <= _STRANGERS and not any(mark in gap for mark in "(:);")


def _by_rest(clause: Clause, named: Sequence[Match], joints: Sequence[str]) -> Iterator[tuple[Match, ...]]:
    """Yield what stands before "or similar": any of it, or another of its kind, is enough."""
    for cue, reach, start, _end in clause.cues:
        if cue is not Cue.ALTERNATIVES or reach is not Reach.AFTER:
            continue
        last = max((i for i, m in enumerate(named) if m.end <= start), default=None)
        if last is None or not _is_close(clause.text[named[last].end - clause.start : start - clause.start]):
            continue
        first = last
        while first and joints[first - 1] in ("comma", "or", "slash"):
            first -= 1
        yield tuple(named[first : last + 1])


def _is_close(gap: str) -> bool:
    return not gap.strip(" ,/") or len(gap.split()) <= 1


def introduced(clause: Clause, taxonomy: Taxonomy) -> frozenset[Match]:
    """Return what only leads to its parts ("pipelines in GitLab or Jenkins", not "languages: Go or Python")."""
    found = set()
    for left, right in pairwise(clause.matches):
        between = clause.text[left.end - clause.start : right.start - clause.start]
        gap = {token.word for token in tokens(between)}
        if gap & vocabulary().prepositions and not any(mark in between for mark in ",;:(") and len(gap) <= _STRANGERS:
            gap &= vocabulary().within_words  # "programar en serio en Go"
        is_part = left.requirement != right.requirement and within(right.requirement, left.requirement)
        if is_part and taxonomy.entries[left.requirement].en and gap and gap <= vocabulary().within_words:
            found.add(left)
    return frozenset(found)
