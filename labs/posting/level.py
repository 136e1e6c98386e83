"""At which level a posting is, where it says so, and what contradicts it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from labs.posting.blocks import Document, Form
from labs.posting.piece import Piece
from labs.posting.text import Token, tokens, words
from labs.posting.vocabulary import Level, Section, vocabulary

_YEARS, _FRONT_MATTER, _BODY, _TITLE, _LABEL = 0, 1, 2, 3, 4
"""How much each place is trusted: front matter is often copied from another posting."""

_LABELLED = re.compile(r"\s*([^:\n]{3,40}?)\s*:\s*(.{2,40})")
_NEAR = 3
"""A level word belongs to a role's noun at most this many words away ("DevOps Engineer, remote, Sr.")."""

_SENIOR_YEARS, _SEMI_SENIOR_YEARS, _MAX_YEARS = 5, 2, 20
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
    years = list(_from_years(document, pieces))
    # The most years that are asked for say most: "5+ years of IT, 2 of them with Kubernetes".
    most = max(years, key=lambda entry: (list(Level).index(entry.level), -entry.line), default=None)
    found = found or ([most] if most else [])
    if not found:
        return LevelReading(None, (), ())
    best = min(found, key=_rank)
    return LevelReading(
        best.level,
        tuple(sorted((e for e in found if e.level is best.level), key=lambda e: (-e.trust, e.line))),
        tuple(entry for entry in found if entry.level is not best.level),
    )


def _rank(entry: LevelEvidence) -> tuple[int, int, int]:
    """Return the order of trust. Of several labels ("Pleno", "Sênior") the lowest level is enough for the post."""
    return -entry.trust, list(Level).index(entry.level) if entry.trust == _LABEL else 0, entry.line


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
            if level := _level_named(labelled.group(2)) or _label_level(labelled.group(2)):
                yield _evidence(document, piece, labelled.start(2), level, _LABEL)
            continue
        block_tokens = tokens(block.text)
        if piece.section is Section.DETAILS and len(block_tokens) == 1 and (level := _label_level(block.text)):
            yield _evidence(document, piece, 0, level, _LABEL)
        for hit in vocabulary().levels.hits(block_tokens):
            whole = len(block_tokens) == hit.last - hit.first + 1
            is_title = block.form is Form.HEADING or block.lines[0] == first_line
            in_title = block.lines[0] == first_line and any(t.word in vocabulary().role_nouns for t in block_tokens)
            if whole and piece.section is Section.DETAILS:
                yield _evidence(document, piece, hit.start, hit.value, _LABEL)
            elif _is_of_this_post(block_tokens, hit.first, hit.last, in_title=in_title):
                yield _evidence(document, piece, hit.start, hit.value, _TITLE if is_title else _BODY)


def _evidence(document: Document, piece: Piece, place: int, level: Level, trust: int) -> LevelEvidence:
    (line,) = piece.block.lines_at([place])
    return LevelEvidence(level, line, document.quote(line, piece.block, place), trust)


def _label_level(text: str) -> Level | None:
    """Return the level of a word that is one beside a label only ("Nível: Especialista")."""
    return next((level for word in words(text) if (level := vocabulary().label_levels.get(word))), None)


def _level_named(text: str) -> Level | None:
    known = vocabulary().levels
    return next((hit.value for hit in known.hits(tokens(text))), None)


def _is_of_this_post(block_tokens: Sequence[Token], first: int, last: int, *, in_title: bool) -> bool:
    """Whether a level word stands beside a role's noun, and is not about colleagues ("mentor junior engineers")."""
    known = vocabulary()
    if first and block_tokens[first - 1].word in known.level_not_after:
        return False
    if in_title:
        return True
    near = [*block_tokens[max(0, first - _NEAR) : first], *block_tokens[last + 1 : last + 1 + _NEAR]]
    return any(token.word in known.role_nouns for token in near)


def _from_years(document: Document, pieces: Sequence[Piece]) -> Iterator[LevelEvidence]:
    years = vocabulary().years
    for piece in pieces:
        if piece.section in (Section.ABOUT, Section.BENEFITS, Section.APPLY):
            continue
        block_tokens = tokens(piece.block.text)
        for index, token in enumerate(block_tokens[:-1]):
            number = _number(token.word)
            before = {each.word for each in block_tokens[max(0, index - _NEAR) : index]}
            if before & vocabulary().term_words:
                continue  # "fixed term, 2 years" is how long the post lasts
            if number is None or number > _MAX_YEARS or _is_upper_end(block_tokens, index):
                continue
            if any(after.word in years for after in block_tokens[index + 1 : index + 4]):
                yield _evidence(document, piece, token.start, _level_of(number), _YEARS)


def _is_upper_end(block_tokens: Sequence[Token], index: int) -> bool:
    """Whether a number ends a range: of "3-5 years" and "3 to 5 years" the 3 counts."""
    before = [token.word for token in block_tokens[max(0, index - 2) : index]]
    if before and block_tokens[index].joined and _number(before[-1]) is not None:
        return True
    return len(before) > 1 and before[1] in vocabulary().range_words and _number(before[0]) is not None


def _number(word: str) -> int | None:
    if word.isdecimal() and word.isascii() and len(word) <= 2:  # noqa: PLR2004
        return int(word)
    return vocabulary().number_words.get(word)


def _level_of(years: int) -> Level:
    if years >= _SENIOR_YEARS:
        return Level.SENIOR
    return Level.SEMI_SENIOR if years >= _SEMI_SENIOR_YEARS else Level.JUNIOR
