"""Requirements of which one is enough: "Terraform or Pulumi", "one of", "or similar", AWS/Azure/GCP."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from labs.posting.clauses import ADDING, Clause
from labs.posting.matching import Match
from labs.posting.taxonomy import Taxonomy, within
from labs.posting.text import tokens
from labs.posting.vocabulary import Cue, Reach, vocabulary

_STRANGERS = 3
_ABBREVIATED = re.compile(r"\b(?:e\.g|i\.e|p\.ej|ej|ex)\.", re.IGNORECASE)
"""Introduces examples; its letters are no words ("e" joins, in Portuguese)."""


def alternatives(clause: Clause, language: str, taxonomy: Taxonomy) -> list[tuple[Match, ...]]:
    """Return the groups of requirements of which one is enough, in the clause's order."""
    if len(clause.matches) < 2:  # noqa: PLR2004 - of one there is no choice
        return []
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
    if words & ADDING:
        return "and"
    # A "but" between two names of one clause offers the second instead of the first.
    choices = (
        (known.alternative_words | known.contrast_words)
        - ({"o", "u"} if language == "pt" else set())
        - {"and", "y", "e"}
    )
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
