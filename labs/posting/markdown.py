"""Markdown and plain text, with fragments of HTML in it, as blocks with the lines that they stand on."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.front_matter import front_matter_plugin

from labs.posting.blocks import LIKE_HEADING, Block, Field, Form
from labs.posting.tables import Cell, Row, table_blocks

_URL = re.compile(r"(?:https?://|www\.)[^\s<>)\]]+|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]+")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_BOLD_TAG = re.compile(r"<(/?)(?:b|strong|u)>", re.IGNORECASE)
_MAX_DEPTH = 3


@cache
def _parser() -> MarkdownIt:
    # Indented text is no code in a posting, and what looks like one is often a pasted list.
    return MarkdownIt("commonmark").enable("table").disable(["code", "reference"]).use(front_matter_plugin)


def markdown_form(text: str) -> tuple[list[Field], list[Block], list[str]]:
    """Return the fields of the front matter, the blocks, and what could not be understood."""
    tokens = _parser().parse(text)
    fields: list[Field] = []
    problems: list[str] = []
    for token in tokens:
        if token.type == "front_matter":
            fields, problems = _front_matter(token.content, first_line=2)
    return fields, _blocks(tokens), problems


def _front_matter(text: str, *, first_line: int) -> tuple[list[Field], list[str]]:
    try:
        root = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, RecursionError, ValueError):
        return [], ["The front matter is not valid YAML; it was not read."]
    if not isinstance(root, yaml.MappingNode):
        return [], []
    return [
        Field(key.value.strip().lower(), leaf.value, first_line + leaf.start_mark.line)
        for key, value in root.value
        if isinstance(key, yaml.ScalarNode)
        for leaf in _leaves(value, _MAX_DEPTH)
    ], []


def _leaves(node: yaml.Node, depth: int) -> Iterator[yaml.ScalarNode]:
    if isinstance(node, yaml.ScalarNode):
        yield node
    elif isinstance(node, yaml.SequenceNode) and depth:
        for child in node.value:
            yield from _leaves(child, depth - 1)


@dataclass(slots=True)
class _Place:
    """Where the walk over Markdown's tokens stands."""

    heading: int = 0
    depth: int = 0
    lists: list[bool] = field(default_factory=list)
    rows: list[Row] | None = None
    cells: list[Cell] = field(default_factory=list)
    head: bool = False
    blocks: list[Block] = field(default_factory=list)

    def form(self) -> tuple[Form, int]:
        if self.heading:
            return Form.HEADING, self.heading
        return (Form.ITEM, self.depth) if self.depth else (Form.PARAGRAPH, 0)


def _blocks(tokens: Iterable[Token]) -> list[Block]:
    place = _Place()
    for token in tokens:
        kind = token.type
        if kind == "heading_open":
            place.heading = int(token.tag[1])
        elif kind == "heading_close":
            place.heading = 0
        elif kind in ("bullet_list_open", "ordered_list_open"):
            place.lists.append(kind.startswith("ordered"))
        elif kind in ("bullet_list_close", "ordered_list_close"):
            place.lists.pop()
        elif kind == "list_item_open":
            place.depth += 1
        elif kind == "list_item_close":
            place.depth -= 1
        elif kind.startswith(("table_", "thead_", "tr_")):
            _turn_table(place, kind)
        elif token.map and kind in ("inline", "fence", "html_block"):
            _add(place, token)
    return place.blocks


def _turn_table(place: _Place, kind: str) -> None:
    if kind == "table_open":
        place.rows = []
    elif kind.startswith("thead_"):
        place.head = kind == "thead_open"
    elif kind == "tr_close" and place.rows is not None:
        place.rows.append(Row(tuple(place.cells), head=place.head))
        place.cells = []
    elif kind == "table_close" and place.rows is not None:
        place.blocks.extend(table_blocks(place.rows, depth=place.depth))
        place.rows = None


def _add(place: _Place, token: Token) -> None:
    first = (token.map or [0])[0] + 1
    form, level = place.form()
    if token.type == "html_block":
        _add_markup(place, token.content, first)
        return
    if token.type == "fence":
        lines = [(text, first + 1 + index, False) for index, text in enumerate(token.content.rstrip("\n").split("\n"))]
    else:
        lines = [(text, first + number, bold) for text, number, bold in _inline_lines(token.children or ())]
    if place.rows is not None:
        place.cells.append((" ".join(_without_urls(text).strip() for text, _, _ in lines), first))
        return
    shown = ((_without_urls(text), number, bold) for text, number, bold in lines)
    kept = [entry for entry in shown if entry[0].strip()]
    if not kept:
        return
    bold = frozenset(index for index, entry in enumerate(kept) if entry[2])
    if form is Form.PARAGRAPH and len(bold) == len(kept):
        form, level = Form.HEADING, LIKE_HEADING
    text, numbers = "\n".join(entry[0] for entry in kept), tuple(entry[1] for entry in kept)
    numbered = form is Form.ITEM and bool(place.lists) and place.lists[-1]
    place.blocks.append(Block(form, text, numbers, level, bold, numbered))


def _add_markup(place: _Place, content: str, first: int) -> None:
    shown = _COMMENT.sub(_newlines, content)
    if not shown.strip():
        return
    from labs.posting.markup import markup_blocks  # noqa: PLC0415 - most Markdown holds none

    for block in markup_blocks(shown, first_line=first):
        inside = place.depth and block.form is Form.PARAGRAPH
        place.blocks.append(replace(block, form=Form.ITEM, level=place.depth) if inside else block)


def _without_urls(text: str) -> str:
    return _URL.sub(lambda found: " " * len(found.group()), text).rstrip()


def _newlines(found: re.Match[str]) -> str:
    return "\n" * found.group().count("\n") or " "


def _inline_lines(children: Sequence[Token]) -> Iterator[tuple[str, int, bool]]:
    """Yield the lines of running text: each with its number, from 0, and whether all of it is emphasised."""
    parts: list[str] = []
    number, start, strong, plain = 0, 0, 0, False
    for child, text in _texts(children):
        if child == "strong_open":
            strong += 1
        elif child == "strong_close":
            strong -= 1
        elif child in ("break", "newline"):
            yield "".join(parts), start, bool(parts) and not plain
            number += child == "newline"
            parts, start, plain = [], number, False
        else:
            parts.append(text.replace("\n", " "))
            number += text.count("\n")
            plain = plain or (bool(text.strip(" :\ufe0f")) and not strong and any(c.isalnum() for c in text))
    yield "".join(parts), start, bool(parts) and not plain and any(any(c.isalnum() for c in part) for part in parts)


def _texts(children: Sequence[Token]) -> Iterator[tuple[str, str]]:
    for child in children:
        if child.type in ("softbreak", "hardbreak"):
            yield "newline", ""
        elif child.type == "html_inline":
            if tag := _BOLD_TAG.fullmatch(child.content):
                yield ("strong_close" if tag.group(1) else "strong_open"), ""
            elif _BREAK.fullmatch(child.content):
                yield "break", ""
            else:
                yield "text", "\n" * child.content.count("\n") or " "
        elif child.type == "image":
            yield from _texts(child.children or ())
        elif child.type in ("strong_open", "strong_close"):
            yield child.type, ""
        else:
            yield "text", child.content
