"""From pieces of text to requirements: must, nice, duty or only mentioned, each with the lines that say so."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from labs.core.ids import RequirementId
from labs.posting.alternatives import alternatives, introduced
from labs.posting.blocks import Document, Form
from labs.posting.clauses import Clause, clauses
from labs.posting.language import READ, UNKNOWN
from labs.posting.matching import Match, matches
from labs.posting.piece import Piece, begins_with_a_task
from labs.posting.taxonomy import Taxonomy, within
from labs.posting.text import tokens
from labs.posting.vocabulary import Cue, Section


class Kind(StrEnum):
    """How much a posting wants something, strongest first."""

    MUST = "must"
    NICE = "nice"
    DUTY = "duty"
    MENTION = "mention"
    """Named, but not asked for: the company's own stack, a benefit, "not required"."""


STRENGTH = {kind: len(Kind) - index for index, kind in enumerate(Kind)}


@dataclass(frozen=True, slots=True)
class Evidence:
    """A line of the posting, numbered from 1, that says so, and how sure that is: 1 beyond doubt, 0.3 a guess."""

    line: int
    text: str
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Requirement:
    """Something a posting asks for. `any_of` holds, itself included, the alternatives of which one is enough."""

    id: RequirementId
    kind: Kind
    evidence: tuple[Evidence, ...]
    person: bool = False
    any_of: tuple[RequirementId, ...] = ()

    @property
    def confidence(self) -> float:
        """How sure the surest line makes it."""
        return max((entry.confidence for entry in self.evidence), default=0.0)


@dataclass(frozen=True, slots=True)
class _Finding:
    requirement: RequirementId
    kind: Kind
    evidence: Evidence
    group: frozenset[RequirementId] = frozenset()
    denied: bool = False
    """Whether the posting says in words that it is not required."""


_BY_SECTION = {
    Section.MUST: Kind.MUST,
    Section.NICE: Kind.NICE,
    Section.DUTY: Kind.DUTY,
    Section.DETAILS: Kind.MENTION,
    Section.NEGATED: Kind.MENTION,
    Section.ABOUT: Kind.MENTION,
    Section.BENEFITS: Kind.MENTION,
    Section.APPLY: Kind.MENTION,
    Section.APTITUDES: Kind.MUST,
}


_WORDING_TRUST, _LIST_TRUST, _FOREIGN_TRUST = 0.7, 0.8, 0.4
"""How far to trust words without a section, a list without a heading, and names in a language that is not read."""


def judge(document: Document, pieces: Sequence[Piece], language: str, taxonomy: Taxonomy) -> list[Requirement]:
    """Return what the posting asks for or mentions, one entry for each requirement, by its first line."""
    structured = any(piece.section is Section.MUST for piece in pieces)
    # A posting may have too few words to tell its language by; headings that were understood tell enough.
    understood = language in READ or (language == UNKNOWN and structured)
    reader = _Reader(document, taxonomy, language, structured=structured, understood=understood)
    found: list[_Finding] = []
    for piece, named in _named(pieces, taxonomy):
        if piece.block.form is not Form.HEADING or piece.section is not Section.UNKNOWN:
            found.extend(reader.findings(piece, named))
    return _merged(found, taxonomy)


def _named(pieces: Sequence[Piece], taxonomy: Taxonomy) -> Iterator[tuple[Piece, list[Match]]]:
    """Yield each piece with the requirements that it names, in the light of what is named around it and anywhere."""
    found = list(_named_here(pieces, taxonomy))
    everywhere = frozenset[str](match.requirement for _, _, named in found for match in named)
    for piece, context, named in found:
        text = piece.block.text
        if any(token.word in taxonomy.anywhere_words for token in tokens(text)):
            named = matches(text, taxonomy, context, everywhere)  # noqa: PLW2901
        if named:
            yield piece, named


def _named_here(pieces: Sequence[Piece], taxonomy: Taxonomy) -> Iterator[tuple[Piece, frozenset[str], list[Match]]]:
    around: list[tuple[int, frozenset[str]]] = []
    for piece in pieces:
        block = piece.block
        around = [entry for entry in around if block.form is Form.ITEM and entry[0] < block.level]
        context = frozenset[str]().union(*(ids for _, ids in around))
        named = matches(block.text, taxonomy, context)
        yield piece, context, named
        if block.form is Form.ITEM:
            around.append((block.level, frozenset(m.requirement for m in named)))


@dataclass(frozen=True, slots=True)
class _Reader:
    """What holds for all of a posting."""

    document: Document
    taxonomy: Taxonomy
    language: str
    structured: bool = field(kw_only=True)
    understood: bool = field(kw_only=True)

    def findings(self, piece: Piece, named: Sequence[Match]) -> Iterator[_Finding]:
        """Yield what a piece says of each requirement that it names."""
        seen: set[object] = set()
        lines = dict(zip(named, piece.block.lines_at([m.start for m in named]), strict=True))
        for clause in clauses(piece.block.text, named):
            groups = alternatives(clause, self.language, self.taxonomy)
            folded = {m for group in groups if _common(group, clause, self.taxonomy) for m in group}
            wishes = _Wishes(clause)
            base, trust = self._base(piece, clause)
            group_of = {m: frozenset(each.requirement for each in group) for group in reversed(groups) for m in group}
            kinds = {match: wishes.kind(match, base) for match in clause.matches}
            for match in clause.matches:
                if match in folded or _is_title(match, kinds, self.taxonomy) or _is_aside(piece, match, self.taxonomy):
                    continue
                denied = piece.section is Section.NEGATED or wishes.is_denied(match)
                kind, group = kinds[match], group_of.get(match, frozenset())
                said = (match.requirement, lines[match], kind, group, denied, trust * match.certainty)
                if said in seen:
                    continue  # a line that says a thing a thousand times says it once
                seen.add(said)
                quote = self.document.quote(lines[match], piece.block, match.start)
                evidence = Evidence(lines[match], quote, round(trust * match.certainty, 2))
                yield _Finding(match.requirement, kind, evidence, group, denied)

    def _base(self, piece: Piece, clause: Clause) -> tuple[Kind, float]:
        """Return what a clause's place makes of what it names, and how far to trust that."""
        understood = self.understood
        trust = 1.0 if understood else _FOREIGN_TRUST
        kind = _BY_SECTION.get(piece.section)
        if kind is not None:
            return kind, trust
        if clause.has_verb(Cue.COMPANY) or clause.is_of_company():
            return Kind.MENTION, trust
        has_skill = clause.has(Cue.SKILL)
        if self.structured:
            return (Kind.MUST if has_skill else Kind.DUTY), trust * _WORDING_TRUST
        is_item = piece.section is Section.UNKNOWN and piece.block.form is Form.ITEM
        if is_item and not has_skill and understood and begins_with_a_task(piece.block.text):
            return Kind.DUTY, trust * _WORDING_TRUST
        # Without a section of requirements, wording decides; a bare list is one of requirements.
        wanted = not understood or has_skill or clause.has(Cue.MUST) or is_item
        return (Kind.MUST if wanted else Kind.DUTY), trust * (_LIST_TRUST if is_item else _WORDING_TRUST)


class _Wishes:
    """What the words of a clause say about each requirement in it."""

    def __init__(self, clause: Clause) -> None:
        if not clause.cues:  # most clauses say nothing of the kind, and there may be very many
            self._negated = self._nice = self._must = self._company = frozenset[Match]()
            return
        self._negated = clause.reached(Cue.NEGATED)
        self._nice = clause.reached(Cue.NICE)
        self._must = clause.firmly_reached(Cue.MUST)
        self._company = clause.asides()

    def is_denied(self, match: Match) -> bool:
        """Whether the clause says that it is not required."""
        return match in self._negated

    def kind(self, match: Match, base: Kind) -> Kind:
        """Return how much is wanted what the place of the clause makes `base`."""
        if match in self._negated or match in self._company or base is Kind.MENTION:
            return Kind.MENTION
        if match in self._nice:
            return Kind.NICE
        return Kind.MUST if match in self._must else base


def _common(group: Sequence[Match], clause: Clause, taxonomy: Taxonomy) -> bool:
    """Whether the clause names what the alternatives have in common, not only to lead to them: they are examples."""
    leading = introduced(clause, taxonomy)
    ids = {m.requirement for m in group}
    return any(
        m.start < group[0].start
        and m not in leading
        and not taxonomy.entries[m.requirement].group
        and all(_exemplifies(id_, m.requirement, taxonomy) for id_ in ids)
        for m in clause.matches
    )


def _exemplifies(id_: RequirementId, general: RequirementId, taxonomy: Taxonomy) -> bool:
    return any(within(id_, near) for near in (general, *taxonomy.entries[general].kin))


def _is_title(match: Match, kinds: Mapping[Match, Kind], taxonomy: Taxonomy) -> bool:
    """Whether a category is named only to introduce what belongs to it ("Networking: subnets, VPNs").

    It stands for itself where that is wanted less ("containers, preferably on Kubernetes").
    """
    return taxonomy.entries[match.requirement].group and any(
        taxonomy.belongs_to_group(other.requirement, match.requirement)
        for other, kind in kinds.items()
        if STRENGTH[kind] >= STRENGTH[kinds[match]]
    )


def _is_aside(piece: Piece, match: Match, taxonomy: Taxonomy) -> bool:
    """Personal aptitudes speak of persons; "incidents" or "quality" there are no technical requirements."""
    return piece.section is Section.APTITUDES and not taxonomy.entries[match.requirement].person


def _merged(findings: Sequence[_Finding], taxonomy: Taxonomy) -> list[Requirement]:
    by_id: dict[RequirementId, list[_Finding]] = {}
    for finding in findings:
        by_id.setdefault(finding.requirement, []).append(finding)
    for id_, own in by_id.items():
        if any(f.denied for f in own):  # what is not required is no requirement for standing in the tasks as well
            by_id[id_] = [f for f in own if f.kind is not Kind.DUTY]
    kinds = {id_: max((f.kind for f in own), key=STRENGTH.__getitem__) for id_, own in by_id.items()}
    return [
        _requirement(id_, [f for f in own if f.kind is kinds[id_]], taxonomy)
        for id_, own in by_id.items()
        if not (taxonomy.entries[id_].group and _is_covered(id_, kinds, taxonomy))
    ]


def _is_covered(group: RequirementId, kinds: Mapping[RequirementId, Kind], taxonomy: Taxonomy) -> bool:
    return any(
        taxonomy.belongs_to_group(id_, group) and STRENGTH[kind] >= STRENGTH[kinds[group]]
        for id_, kind in kinds.items()
    )


def _requirement(id_: RequirementId, findings: Sequence[_Finding], taxonomy: Taxonomy) -> Requirement:
    evidence: dict[int, Evidence] = {}
    for finding in findings:
        known = evidence.get(finding.evidence.line)
        if known is None or known.confidence < finding.evidence.confidence:
            evidence[finding.evidence.line] = finding.evidence
    # Asked for once on its own, it is no longer one of several.
    alone = any(not finding.group for finding in findings)
    return Requirement(
        id=id_,
        kind=findings[0].kind,
        evidence=tuple(evidence[line] for line in sorted(evidence)),
        person=taxonomy.entries[id_].person,
        any_of=() if alone else tuple(sorted(findings[0].group)),
    )
