"""At which level a posting is, where it says so, and what contradicts it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from labs.posting.document import Document, Form
from labs.posting.structure import Piece
from labs.posting.text import Token, words
from labs.posting.vocabulary import Level, Section, vocabulary

_FRONT_MATTER, _BODY, _TITLE, _LABEL = 1, 2, 3, 4
"""How much each place is trusted: front matter is often copied from another posting."""

_LABELLED = re.compile(r"\s*([^:\n]{3,40}?)\s*:\s*(.{2,40})")
_NEAR = 3
"""A level word belongs to a role's noun at most this many words away ("DevOps Engineer, remote, Sr.")."""

_SENIOR_YEARS, _SEMI_SENIOR_YEARS, _MAX_YEARS = 5, 3, 20
_FRONT_MATTER_KEYS = ("title", "seniority", "level", "nivel", "role", "position", "puesto", "cargo", "senioridade")


@dataclass(frozen=True, slots=True)
class LevelEvidence:
    """A line that names a level."""

    level: Level
    line: int
    text: str
    trust: int


@dataclass(frozen=True, slots=True)
class LevelReading:
    """The level, or None when the posting names none; the lines that say so, most trusted first; contradictions."""

    level: Level | None
    evidence: tuple[LevelEvidence, ...]
    contradictions: tuple[LevelEvidence, ...]


def read_level(document: Document, pieces: Sequence[Piece]) -> LevelReading:
    """Return the posting's level. What the text says beats the front matter; years of experience count last."""
    found = [*_from_front_matter(document), *_from_text(document, pieces)]
    if not found:
        found = list(_from_years(document, pieces))
    if not found:
        return LevelReading(None, (), ())
    best = min(found, key=lambda entry: (-entry.trust, entry.line))
    return LevelReading(
        best.level,
        tuple(sorted((e for e in found if e.level is best.level), key=lambda e: (-e.trust, e.line))),
        tuple(entry for entry in found if entry.level is not best.level),
    )


def _from_front_matter(document: Document) -> Iterator[LevelEvidence]:
    for field in document.fields:
        if field.key in _FRONT_MATTER_KEYS and (level := _level_named(field.value)):
            yield LevelEvidence(level, field.line, document.quote(field.line), _FRONT_MATTER)


def _from_text(document: Document, pieces: Sequence[Piece]) -> Iterator[LevelEvidence]:
    first_line = pieces[0].block.lines[0] if pieces else 0
    field_lines = {field.line for field in document.fields}
    for piece in pieces:
        block = piece.block
        if block.lines[0] in field_lines or piece.section in (Section.ABOUT, Section.BENEFITS):
            continue
        labelled = _LABELLED.match(block.text)
        if labelled and words(labelled.group(1)) in vocabulary().level_labels:
            if level := _level_named(labelled.group(2)):
                yield _evidence(document, piece, labelled.start(2), level, _LABEL)
            continue
        tokens = vocabulary().levels.tokens(block.text)
        for hit in vocabulary().levels.hits(tokens):
            whole = len(tokens) == hit.last - hit.first + 1
            is_title = block.form is Form.HEADING or block.lines[0] == first_line
            if whole and piece.section is Section.DETAILS:
                yield _evidence(document, piece, hit.start, hit.value, _LABEL)
            elif _is_of_this_post(tokens, hit.first, hit.last):
                yield _evidence(document, piece, hit.start, hit.value, _TITLE if is_title else _BODY)


def _evidence(document: Document, piece: Piece, place: int, level: Level, trust: int) -> LevelEvidence:
    (line,) = piece.block.lines_at([place])
    return LevelEvidence(level, line, document.quote(line), trust)


def _level_named(text: str) -> Level | None:
    known = vocabulary().levels
    return next((hit.value for hit in known.hits(known.tokens(text))), None)


def _is_of_this_post(tokens: Sequence[Token], first: int, last: int) -> bool:
    """Whether a level word stands beside a role's noun, and is not about colleagues ("mentor junior engineers")."""
    known = vocabulary()
    if first and tokens[first - 1].word in known.level_not_after:
        return False
    near = [*tokens[max(0, first - _NEAR) : first], *tokens[last + 1 : last + 1 + _NEAR]]
    return any(token.word in known.role_nouns for token in near)


def _from_years(document: Document, pieces: Sequence[Piece]) -> Iterator[LevelEvidence]:
    years = vocabulary().years
    for piece in pieces:
        if piece.section in (Section.ABOUT, Section.BENEFITS, Section.APPLY):
            continue
        tokens = vocabulary().levels.tokens(piece.block.text)
        for index, token in enumerate(tokens[:-1]):
            if not token.word.isdecimal() or not token.word.isascii() or len(token.word) > 2:  # noqa: PLR2004
                continue
            ranged = index and token.joined and tokens[index - 1].word.isdecimal()  # of "3-5 years" the 3 counts
            if ranged or int(token.word) > _MAX_YEARS:
                continue
            if any(after.word in years for after in tokens[index + 1 : index + 4]):
                yield _evidence(document, piece, token.start, _level_of(int(token.word)), _BODY)


def _level_of(years: int) -> Level:
    if years >= _SENIOR_YEARS:
        return Level.SENIOR
    return Level.SEMI_SENIOR if years >= _SEMI_SENIOR_YEARS else Level.JUNIOR
