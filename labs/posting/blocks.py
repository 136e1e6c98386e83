"""A posting's form, whatever file it came from: headings, list items, paragraphs, each with the lines it stands on."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


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
        return self.text.split("\n")[index].strip()

    def _indexes(self, places: Sequence[int]) -> list[int]:
        ends = [found.start() for found in re.finditer("\n", self.text)]
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
        if self.lines is not None and (block is None or not _TAG.search(self.lines[line - 1])):
            found = self.lines[line - 1].strip()
        elif block is not None:
            found = block.quote_at(place)
        else:
            found = next((field.value.strip() for field in self.fields if field.line == line), "")
        return found if len(found) <= MAX_QUOTE else f"{found[: MAX_QUOTE - 1]}…"
