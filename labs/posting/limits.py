"""How much of a text is read. What is beyond is left out, and the posting's `problems` say so."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from labs.posting.blocks import Block, Document

MAX_LINES = 30_000
"""Lines that are not empty; a posting has some hundred."""

MAX_WORDS = 175_000
"""One megabyte of prose has about as many; a posting has some thousand."""

TOO_LONG = f"The text is very long: only its first {MAX_LINES:,} lines and {MAX_WORDS:,} words were read."
_WORD = re.compile(r"\w+")


def readable(text: str) -> str:
    """Return the lines of a text that are read."""
    filled = 0
    for number, line in enumerate(lines := text.split("\n")):
        filled += bool(line.strip())
        if filled > MAX_LINES:
            return "\n".join(lines[:number])
    return text


def limited(document: Document, *, cut: bool) -> Document:
    """Return the document as far as it is read; `cut` when lines were left out already."""
    blocks = tuple(_first_words(document.blocks[:MAX_LINES]))
    if not cut and blocks == document.blocks:
        return document
    return replace(document, blocks=blocks, problems=(*document.problems, TOO_LONG))


def _first_words(blocks: Sequence[Block]) -> Iterator[Block]:
    left = MAX_WORDS
    for block in blocks:
        if len(block.text) <= left:
            words = len(_WORD.findall(block.text))
        else:
            places = [found.end() for found in islice(_WORD.finditer(block.text), left + 1)]
            words = len(places)
            if words > left:
                text = block.text[: places[left - 1]] if left else ""
                if text:
                    yield replace(block, text=text, lines=block.lines[: text.count("\n") + 1])
                return
        left -= words
        yield block
