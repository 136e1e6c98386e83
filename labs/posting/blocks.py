"""A posting's form, whatever file it came from: headings, list items, paragraphs, each with the lines it stands on."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class Form(StrEnum):
    """How a piece of text stands in the document."""

    HEADING = "heading"
    ITEM = "item"
    PARAGRAPH = "paragraph"


LIKE_HEADING = 7
"""Level of a line that only looks like a heading: below all real ones."""

_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
MAX_QUOTE = 300
"""A quote is for a person's eyes; a page in one line is none."""


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of running text. Its lines are joined by a line feed; `lines` holds the line number, from 1, of each."""

    form: Form
    text: str
    lines: tuple[int, ...]
    level: int = 0
    """Of a heading: 1 to 6, or 7 for a line that only looks like one. Of an item: its depth, from 1."""
    bold: frozenset[int] = frozenset()
    """Which of its lines, from 0, are emphasised from end to end: often a heading in disguise."""
    numbered: bool = False
    """Of an item: whether it stands in a numbered list."""

    def lines_at(self, places: Sequence[int]) -> list[int]:
        """Return, for each place in the text, the number of the line that holds it."""
        return [self.lines[index] for index in self._indexes(places)]

    def quote_at(self, place: int) -> str:
        """Return the line of the text that holds the place, trimmed."""
        (index,) = self._indexes([place])
        return _trimmed_lines(self.text)[index]

    def _indexes(self, places: Sequence[int]) -> list[int]:
        ends = _line_ends(self.text)
        return [min(bisect_left(ends, place), len(self.lines) - 1) for place in places]


@dataclass(frozen=True, slots=True)
class Field:
    """A value that stands outside the text (front matter, JSON-LD): the key it stands under, and its line."""

    key: str
    value: str
    line: int


@dataclass(frozen=True, slots=True)
class Document:
    """A posting's form. `lines` is the text to quote from; None when lines of the source are no text (HTML, JSON)."""

    name: str
    lines: tuple[str, ...] | None
    fields: tuple[Field, ...]
    blocks: tuple[Block, ...]
    problems: tuple[str, ...] = ()
    """What could not be understood, for the reader."""

    def quote(self, line: int, block: Block | None = None, place: int = 0) -> str:
        """Return the text of a line, trimmed and of a length to be read: the source's, or what markup in it shows."""
        if self.lines is not None and (block is None or not _has_tag(self.lines[line - 1])):
            return _shortened(self.lines[line - 1])
        if block is not None:
            return _shortened(block.quote_at(place))
        return _shortened(next((field.value for field in self.fields if field.line == line), ""))


# A page in one line is asked about for each name in it: what is found out about a text is kept.
_KEPT = 4096


@lru_cache(_KEPT)
def _line_ends(text: str) -> tuple[int, ...]:
    return tuple(found.start() for found in re.finditer("\n", text))


@lru_cache(_KEPT)
def _trimmed_lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.split("\n"))


@lru_cache(_KEPT)
def _has_tag(line: str) -> bool:
    return _TAG.search(line) is not None


@lru_cache(_KEPT)
def _shortened(text: str) -> str:
    trimmed = text.strip()
    return trimmed if len(trimmed) <= MAX_QUOTE else f"{trimmed[: MAX_QUOTE - 1]}…"
