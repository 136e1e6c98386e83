"""A posting, read: language, level, whether it is of this field, and what it asks for."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice
from pathlib import Path

from labs.posting.blocks import LIKE_HEADING, Document, Form
from labs.posting.document import parse
from labs.posting.judgement import Kind, Requirement, judge
from labs.posting.language import Language, detect_language
from labs.posting.level import LevelReading, read_level
from labs.posting.matching import matches
from labs.posting.piece import Piece
from labs.posting.source import Source, read_source
from labs.posting.structure import pieces
from labs.posting.taxonomy import Taxonomy
from labs.posting.taxonomy import taxonomy as shipped_taxonomy
from labs.posting.text import forget, tokens, words
from labs.posting.vocabulary import vocabulary

MIN_WITHOUT_ROLE = 3
"""A post whose title names no role of this field must require as many testable things of it to be one."""

_ANY_FIELD = frozenset(
    {"programming", "scripting", "git", "http", "rest-api", "data-formats", "architecture", "testing"}
)
"""What every post in software asks for says nothing of this field."""

_TITLE_LINES = 3
_LANGUAGE_WORDS = 3000
"""Enough to tell a language; a posting has a tenth to a third of it."""

_LANGUAGE_PIECES = 60
_TITLE_KEYS = ("title", "role", "position", "puesto", "cargo")


class Fit(StrEnum):
    """Whether labs make sense for a posting, and if not, why."""

    FITS = "fits"
    OTHER_FIELD = "other-field"
    NOTHING_TESTABLE = "nothing-testable"


@dataclass(frozen=True, slots=True)
class Posting:
    """What a posting asks for. `requirements` holds must, nice and duty; `mentioned` what it names without asking."""

    name: str
    language: Language
    level: LevelReading
    fit: Fit
    title: str
    requirements: tuple[Requirement, ...]
    mentioned: tuple[Requirement, ...]
    problems: tuple[str, ...]


def read_posting(path: str | Path, taxonomy: Taxonomy | None = None) -> Posting:
    """Return the posting at `path` ("-": standard input), read. Raises InputError when there is no text to read."""
    return understand(read_source(path), taxonomy)


def understand(source: Source, taxonomy: Taxonomy | None = None) -> Posting:
    """Return a posting's text, read. Never fails: what cannot be understood is left out or reported in `problems`."""
    with _uncollected():
        try:
            return _understand(source, taxonomy or shipped_taxonomy())
        finally:
            forget()


@contextmanager
def _uncollected() -> Iterator[None]:
    """Reading makes many small objects and no cycles: looking for some would take a third of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _understand(source: Source, known: Taxonomy) -> Posting:
    document = parse(source)
    parts = pieces(document, lambda text: bool(matches(text, known)))
    sample = list(islice((word for piece in parts for word in words(piece.block.text)), _LANGUAGE_WORDS))
    shown = " ".join(piece.block.text for piece in parts[:_LANGUAGE_PIECES])
    language = detect_language(sample, shown)
    found = judge(document, parts, language.code, known)
    title = _title(document, parts)
    fit = _fit(title, [r for r in found if r.kind is not Kind.MENTION], known)
    if fit is Fit.OTHER_FIELD:
        # There, the words of this field describe the surroundings of other work.
        found = [r if r.person else replace(r, kind=Kind.MENTION, any_of=()) for r in found]
    return Posting(
        name=source.name,
        language=language,
        level=read_level(document, parts),
        fit=fit,
        title=title.split("\n", 1)[0],
        requirements=tuple(r for r in found if r.kind is not Kind.MENTION),
        mentioned=tuple(r for r in found if r.kind is Kind.MENTION),
        problems=document.problems,
    )


def _title(document: Document, parts: Sequence[Piece]) -> str:
    """Return what names the post: the front matter's title, else the first heading, else the first line."""
    for field in document.fields:
        if field.key in _TITLE_KEYS and field.value.strip():
            return field.value.strip()
    headings = [p.block for p in parts if p.block.form is Form.HEADING]
    heading = next((block.text for block in headings if block.level == 1), "")
    if not heading and headings and parts[0].block is headings[0] and headings[0].level < LIKE_HEADING:
        heading = headings[0].text
    page = next((field.value for field in document.fields if field.key == "page"), "")
    opening = [line for piece in parts for line in piece.block.text.split("\n") if line.strip()]
    return heading or page or "\n".join(opening[:_TITLE_LINES])


def _fit(title: str, asked: Sequence[Requirement], known: Taxonomy) -> Fit:
    testable = [r for r in asked if not r.person and r.kind is not Kind.DUTY]
    of_field, of_other = _names_role(title, known, has_names=any(_is_name(r, known) for r in asked))
    if of_other:
        return Fit.OTHER_FIELD
    if of_field:
        return Fit.FITS if any(not r.person for r in asked) else Fit.NOTHING_TESTABLE
    if not testable:
        return Fit.NOTHING_TESTABLE
    of_this_field = [r for r in testable if r.kind is Kind.MUST and r.id.split(".")[0] not in _ANY_FIELD]
    return Fit.FITS if len(of_this_field) >= MIN_WITHOUT_ROLE else Fit.OTHER_FIELD


def _is_name(requirement: Requirement, known: Taxonomy) -> bool:
    """Whether it has names of its own (Linux, DNS), not everyday words that other trades use too (monitoring)."""
    entry = known.entries[requirement.id]
    of_field = not requirement.person and requirement.id.split(".")[0] not in _ANY_FIELD
    return of_field and bool(entry.names or entry.exact or entry.inside)


def _names_trade(title: str, taxonomy: Taxonomy) -> bool:
    """Whether a title is a trade's noun beside a thing of the field ("Linux Engineer")."""
    if not any(token.word in vocabulary().trade_nouns for token in tokens(title)):
        return False
    named = (match.requirement for match in matches(title, taxonomy))
    return any(taxonomy.entries[id_].names and id_.split(".")[0] not in _ANY_FIELD for id_ in named)


def _names_role(title: str, taxonomy: Taxonomy, *, has_names: bool) -> tuple[bool, bool]:
    """Return whether a title names a role of this field, and one of another.

    A title that other trades share is of this field when the posting names things of it.
    """
    known = vocabulary()
    title_tokens = tokens(title)
    hits = known.field_roles.hits(title_tokens)
    said = [tuple(t.word for t in title_tokens[hit.first : hit.last + 1]) for hit in hits]
    of_field = any(has_names or phrase not in known.shared_roles for phrase in said) or _names_trade(title, taxonomy)
    return of_field, any(True for _ in known.other_roles.hits(title_tokens))
