"""Text of a shape that no posting has, taken line by line: a parser of Markdown would take its time over it."""

import re
from itertools import groupby

from labs.posting.blocks import Block, Form

MAX_MARKDOWN_LINES = 15_000
"""More lines are taken for what they look like one by one, which is quicker."""

MAX_LINE = 50_000
"""A line as long is a program's output; a posting in one line has some thousand characters."""

MAX_MARKS = 100_000
"""So many brackets, stars and other marks are no Markdown."""

_MARK = re.compile(r"[\[\]*_`<>|&!\\]")


def is_odd(text: str) -> bool:
    """Whether a text is better not taken for Markdown."""
    lines = text.split("\n")
    return len(lines) > MAX_MARKDOWN_LINES or max(map(len, lines)) > MAX_LINE or len(_MARK.findall(text)) > MAX_MARKS


def plain_blocks(text: str) -> list[Block]:
    """Return a text's paragraphs."""
    numbered = enumerate(text.split("\n"), 1)
    found = []
    for filled, group in groupby(numbered, key=lambda entry: bool(entry[1].strip())):
        if filled:
            lines = list(group)
            numbers = tuple(number for number, _ in lines)
            found.append(Block(Form.PARAGRAPH, "\n".join(line for _, line in lines), numbers))
    return found
