"""Tables as lists: a row is an item; a table whose columns are sections becomes those sections."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from labs.posting.blocks import LIKE_HEADING, Block, Form
from labs.posting.headings import names_section

Cell = tuple[str, int]
"""What a cell says, and on which line."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table; `head` when its cells say what the columns hold."""

    cells: tuple[Cell, ...]
    head: bool = False


def table_blocks(rows: Sequence[Row], *, depth: int) -> Iterator[Block]:
    """Yield the table's text in reading order.

    Columns headed "Must have | Nice to have" are read as two lists; else each row is one item, its first cell the label
    of the others ("Kubernetes: required").
    """
    head = next((row for row in rows[:1] if sum(names_section(text) for text, _ in row.cells) > 1), None)
    if head is not None:
        yield from _columns(head, rows[1:], depth)
        return
    for row in rows:
        if not row.head and (block := _item(row, depth)) is not None:
            yield block


def _columns(head: Row, rows: Sequence[Row], depth: int) -> Iterator[Block]:
    for index, (title, line) in enumerate(head.cells):
        yield Block(Form.HEADING, title, (line,), LIKE_HEADING)
        for row in rows:
            if index < len(row.cells) and row.cells[index][0].strip():
                text, number = row.cells[index]
                yield Block(Form.ITEM, text, (number,), depth + 1)


def _item(row: Row, depth: int) -> Block | None:
    filled = [(text.strip(), line) for text, line in row.cells if text.strip()]
    if not filled:
        return None
    (label, first), rest = filled[0], filled[1:]
    parts = [label if not rest else f"{label.rstrip(':')}:"]
    parts += [f"{text}," for text, _ in rest[:-1]] + [text for text, _ in rest[-1:]]
    return Block(Form.ITEM, "\n".join(parts), (first, *(line for _, line in rest)), depth + 1)
