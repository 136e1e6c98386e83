"""From pieces of text to requirements: must, nice, duty or only mentioned, each with the lines that say so."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from labs.core.ids import RequirementId
from labs.posting.clauses import Clause, alternatives, clauses
from labs.posting.document import Document, Form
from labs.posting.language import READ
from labs.posting.matching import Match, matches
from labs.posting.structure import Piece
from labs.posting.taxonomy import Taxonomy, within
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
    """A line of the posting, numbered from 1, that says so."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Requirement:
    """Something a posting asks for. `any_of` holds, itself included, the alternatives of which one is enough."""

    id: RequirementId
    kind: Kind
    evidence: tuple[Evidence, ...]
    person: bool = False
    any_of: tuple[RequirementId, ...] = ()


@dataclass(frozen=True, slots=True)
class _Finding:
    requirement: RequirementId
    kind: Kind
    line: int
    group: frozenset[RequirementId] = frozenset()


_BY_SECTION = {
    Section.MUST: Kind.MUST,
    Section.NICE: Kind.NICE,
    Section.DUTY: Kind.DUTY,
    Section.DETAILS: Kind.DUTY,
    Section.ABOUT: Kind.MENTION,
    Section.BENEFITS: Kind.MENTION,
    Section.APPLY: Kind.MENTION,
    Section.APTITUDES: Kind.MUST,
}


def judge(document: Document, pieces: Sequence[Piece], language: str, taxonomy: Taxonomy) -> list[Requirement]:
    """Return what the posting asks for or mentions, one entry for each requirement, by its first line."""
    structured = any(piece.section is Section.MUST for piece in pieces)
    found: list[_Finding] = []
    for piece, named in _named(pieces, taxonomy):
        if piece.block.form is not Form.HEADING or piece.section is not Section.UNKNOWN:
            found.extend(_findings(piece, named, language, taxonomy, structured=structured))
    return _merged(document, found, taxonomy)


def _named(pieces: Sequence[Piece], taxonomy: Taxonomy) -> Iterator[tuple[Piece, list[Match]]]:
    """Yield each piece with the requirements that it names, read in the light of the list items around it."""
    around: list[tuple[int, frozenset[str]]] = []
    for piece in pieces:
        block = piece.block
        around = [entry for entry in around if block.form is Form.ITEM and entry[0] < block.level]
        context = frozenset[str]().union(*(ids for _, ids in around))
        named = matches(block.text, taxonomy, context)
        if named:
            yield piece, named
        if block.form is Form.ITEM:
            around.append((block.level, frozenset(m.requirement for m in named)))


def _findings(
    piece: Piece, named: Sequence[Match], language: str, taxonomy: Taxonomy, *, structured: bool
) -> Iterator[_Finding]:
    lines = dict(zip(named, piece.block.lines_at([m.start for m in named]), strict=True))
    for clause in clauses(piece.block.text, named):
        groups = alternatives(clause, language, taxonomy)
        folded = {m for group in groups if _common(group, clause, taxonomy) for m in group}
        nice, negated = clause.reached(Cue.NICE), clause.reached(Cue.NEGATED)
        base = _base(piece, clause, structured=structured, understood=language in READ)
        for match in clause.matches:
            if match in folded or _is_title(match, clause, taxonomy) or _is_aside(piece, match, taxonomy):
                continue
            kind = _kind(base, is_nice=match in nice, is_negated=match in negated)
            group = frozenset(m.requirement for m in next((g for g in groups if match in g), ()))
            yield _Finding(match.requirement, kind, lines[match], group)


def _common(group: Iterable[Match], clause: Clause, taxonomy: Taxonomy) -> bool:
    """Whether the clause names what the alternatives have in common: then they are examples of it."""
    ids = {m.requirement for m in group}
    return any(
        m.requirement not in ids
        and not taxonomy.entries[m.requirement].group
        and all(within(id_, m.requirement) for id_ in ids)
        for m in clause.matches
    )


def _is_title(match: Match, clause: Clause, taxonomy: Taxonomy) -> bool:
    """Whether a category is named only to introduce what belongs to it ("Networking: subnets, VPNs")."""
    return taxonomy.entries[match.requirement].group and any(
        taxonomy.belongs_to_group(other.requirement, match.requirement) for other in clause.matches
    )


def _is_aside(piece: Piece, match: Match, taxonomy: Taxonomy) -> bool:
    """Personal aptitudes speak of persons; "incidents" or "quality" there are no technical requirements."""
    return piece.section is Section.APTITUDES and not taxonomy.entries[match.requirement].person


def _base(piece: Piece, clause: Clause, *, structured: bool, understood: bool) -> Kind:
    kind = _BY_SECTION.get(piece.section)
    if kind is not None:
        return kind
    if clause.has(Cue.COMPANY):
        return Kind.MENTION
    if structured:
        return Kind.DUTY
    # Without a section of requirements, wording decides; a bare list is one of requirements.
    wanted = (
        not understood or clause.has(Cue.MUST) or (piece.section is Section.UNKNOWN and piece.block.form is Form.ITEM)
    )
    return Kind.MUST if wanted else Kind.DUTY


def _kind(base: Kind, *, is_nice: bool, is_negated: bool) -> Kind:
    if is_negated:
        return Kind.MENTION
    return Kind.NICE if is_nice and base in (Kind.MUST, Kind.DUTY) else base


def _merged(document: Document, findings: Sequence[_Finding], taxonomy: Taxonomy) -> list[Requirement]:
    by_id: dict[RequirementId, list[_Finding]] = {}
    for finding in findings:
        by_id.setdefault(finding.requirement, []).append(finding)
    kinds = {id_: max((f.kind for f in own), key=STRENGTH.__getitem__) for id_, own in by_id.items()}
    return [
        _requirement(document, id_, [f for f in own if f.kind is kinds[id_]], taxonomy)
        for id_, own in by_id.items()
        if not (taxonomy.entries[id_].group and _is_covered(id_, kinds, taxonomy))
    ]


def _is_covered(group: RequirementId, kinds: Mapping[RequirementId, Kind], taxonomy: Taxonomy) -> bool:
    return any(
        taxonomy.belongs_to_group(id_, group) and STRENGTH[kind] >= STRENGTH[kinds[group]]
        for id_, kind in kinds.items()
    )


def _requirement(
    document: Document, id_: RequirementId, findings: Sequence[_Finding], taxonomy: Taxonomy
) -> Requirement:
    lines = sorted({finding.line for finding in findings})
    # Asked for once on its own, it is no longer one of several.
    alone = any(not finding.group for finding in findings)
    return Requirement(
        id=id_,
        kind=findings[0].kind,
        evidence=tuple(Evidence(line, document.quote(line)) for line in lines),
        person=taxonomy.entries[id_].person,
        any_of=() if alone else tuple(sorted(findings[0].group)),
    )
