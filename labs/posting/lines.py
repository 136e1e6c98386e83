"""Blocks as their author meant them: bullets and headings that Markdown or HTML do not know become blocks."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from labs.posting.blocks import LIKE_HEADING, Block, Form
from labs.posting.headings import COVER, MAX_HEADING_WORDS, MAX_LABEL_WORDS, own_section, says_little_else, section_of
from labs.posting.vocabulary import Section

_BULLET = re.compile(
    r"\s*(?:[•·▪▫◦●○■□►▶➤➢➜→✓✔✅☑★⭐❖♦–—*+-]|\d{1,2}(?:\.\d{1,2}){0,2}[.)](?!\d)|[a-hA-H]\)(?=\s)"  # noqa: RUF001
    r"|[^\w\s\"'(\[¡¿#]{1,3}(?=\s))[\ufe0f\s]*(?=\S)"
)
_MIN_STATEMENTS = 3
"""So many lines that all begin with a capital are no chance of wrapping."""

_MIN_CAPITALS = 3
"""So many words all in capitals are a heading, not a list of acronyms."""
_MIN_COLON_COVER = 0.2
_LIGHT_SHARE = 0.6
"""A line above others whose words name a section, or mean nothing, to this share is a heading."""


def split(block: Block, names_requirement: Callable[[str], bool] = lambda _: False) -> Iterator[Block]:
    """Yield the blocks that a block's lines make up. `names_requirement` tells whether a line names one."""
    if block.form is Form.HEADING:
        too_long = len(block.text.split()) > MAX_HEADING_WORDS
        yield replace(block, form=Form.PARAGRAPH, level=0) if too_long else block
        return
    run = _Run(block)
    statements = are_statements(block)
    for index, (line, number) in enumerate(zip(block.text.split("\n"), block.lines, strict=True)):
        bullet = _BULLET.match(line)
        rest = line[bullet.end() :] if bullet else line
        # After a list item, Markdown takes an unmarked line for more of the item: only a colon tells a heading.
        may_head = block.form is Form.PARAGRAPH or (bool(run.lines) and rest.rstrip().endswith(":"))
        # "3. Requisitos" in a numbered list of a document's parts, or the line above a list that lost its bullets.
        may_open = not index and (statements or _is_numbered_part(block))
        opens = may_open and _opens_list(rest) and not names_requirement(rest)
        if bullet and not rest.rstrip().endswith(":"):
            may_head = may_head and not names_requirement(rest)  # "✔ Docker no dia a dia" is an item of a list
        if opens or (may_head and (looks_like_heading(rest) or index in block.bold)):
            yield from run.end()
            yield Block(Form.HEADING, line, (number,), LIKE_HEADING)
            run.begin(block.form, block.level)
            continue
        label = bool(run.lines) and not bullet and own_section(rest) is not Section.UNKNOWN
        if bullet or label or statements:
            yield from run.end()
            run.begin(*((Form.ITEM, block.level + 1) if bullet or statements else (Form.PARAGRAPH, 0)))
        run.lines.append((rest, number))
    yield from run.end()


class _Run:
    """Lines that make up one block."""

    def __init__(self, block: Block) -> None:
        self._block = block
        self.lines: list[tuple[str, int]] = []
        self.begin(block.form, block.level)

    def begin(self, form: Form, level: int) -> None:
        """Say what the next lines are."""
        self._form, self._level = form, level

    def end(self) -> Iterator[Block]:
        """Yield the block, if there is any."""
        if self.lines:
            text = "\n".join(line for line, _ in self.lines)
            numbers = tuple(number for _, number in self.lines)
            yield Block(self._form, text, numbers, self._level, numbered=self._block.numbered)
        self.lines = []


def are_statements(block: Block) -> bool:
    """Whether each line of a paragraph says a thing of its own: a list that lost its bullets, not wrapped prose."""
    lines = [line.strip() for line in block.text.split("\n")]
    if block.form is not Form.PARAGRAPH or any(line[:1].islower() for line in lines):
        return False
    closed = all(line.endswith((";", ".", "!", ":", "?")) for line in lines)
    open_ended = any(line.endswith((",", "(", "-", "/")) for line in lines)
    return (len(lines) >= _MIN_STATEMENTS and not open_ended) or (closed and len(lines) > 1)


def looks_like_heading(line: str) -> bool:
    """Whether a line of plain text is a heading: a section's name, alone or before a colon, or a line of capitals."""
    stripped = line.strip()
    label = stripped.strip("*_#=- ").rstrip(":?").strip("¿¡!*_ ")
    words = label.split()
    if not words or len(words) > MAX_HEADING_WORDS:
        return False
    section, cover = section_of(label)
    if section is not Section.UNKNOWN:
        if len(words) <= MAX_LABEL_WORDS and cover >= COVER:
            return True
        if stripped.endswith((":", "?")) and (cover >= _MIN_COLON_COVER or says_little_else(label, share=_LIGHT_SHARE)):
            return True
    return len(words) >= _MIN_CAPITALS and label.isupper() and not stripped.endswith((".", ",", ";"))


def _is_numbered_part(block: Block) -> bool:
    following = block.text.split("\n")[1:2]
    return block.form is Form.ITEM and block.numbered and not any(line.strip()[:1].islower() for line in following)


def _opens_list(line: str) -> bool:
    """Whether the first of several statements is rather the title of the others ("O que precisamos que você saiba")."""
    stripped = line.strip()
    if stripped.endswith((".", ";", ",", "!")) or len(stripped.split()) > MAX_HEADING_WORDS:
        return False
    return section_of(stripped)[0] is not Section.UNKNOWN and says_little_else(stripped, share=_LIGHT_SHARE)
