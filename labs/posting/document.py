"""A posting's form: front matter, headings, list items, paragraphs, each with the lines it stands on."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.front_matter import front_matter_plugin

from labs.posting.source import Source


class Form(StrEnum):
    """How a piece of text stands in the document."""

    HEADING = "heading"
    ITEM = "item"
    PARAGRAPH = "paragraph"


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of running text. Its lines are joined by a line feed; `lines` holds the line number, from 1, of each."""

    form: Form
    text: str
    lines: tuple[int, ...]
    level: int = 0
    """Of a heading: 1 to 6, or 7 for a line that only looks like one. Of an item: its depth, from 1."""

    def lines_at(self, places: Sequence[int]) -> list[int]:
        """Return, for each place in the text, the number of the line that holds it."""
        ends = [found.start() for found in re.finditer("\n", self.text)]
        return [self.lines[min(bisect_left(ends, place), len(self.lines) - 1)] for place in places]


@dataclass(frozen=True, slots=True)
class Field:
    """A value of the front matter: the top-level key it stands under, and its line."""

    key: str
    value: str
    line: int


@dataclass(frozen=True, slots=True)
class Document:
    """A posting's form."""

    name: str
    lines: tuple[str, ...]
    fields: tuple[Field, ...]
    blocks: tuple[Block, ...]
    problems: tuple[str, ...] = ()
    """What could not be understood, for the reader."""

    def quote(self, line: int) -> str:
        """Return the text of a line, trimmed."""
        return self.lines[line - 1].strip()


_URL = re.compile(r"(?:https?://|www\.)[^\s<>)\]]+|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]+")
_TAG = re.compile(r"<!--.*?(?:-->|\Z)|<(?:script|style)\b.*?(?:</(?:script|style)>|\Z)|<[/!?a-zA-Z][^<>]*>", re.DOTALL)
_MAX_DEPTH = 3
LIKE_HEADING = 7
"""Level of a line that only looks like a heading: below all real ones."""


@cache
def _parser() -> MarkdownIt:
    # Indented text is no code in a posting, and what looks like one is often a pasted list.
    return MarkdownIt("commonmark").enable("table").disable(["code", "reference"]).use(front_matter_plugin)


def parse(source: Source) -> Document:
    """Return the form of a posting; plain text is Markdown without marks."""
    tokens = _parser().parse(source.text)
    fields: list[Field] = []
    problems: list[str] = []
    for token in tokens:
        if token.type == "front_matter":
            fields, problems = _front_matter(token.content, first_line=2)
    return Document(
        name=source.name,
        lines=tuple(source.text.split("\n")),
        fields=tuple(fields),
        blocks=tuple(_blocks(tokens)),
        problems=tuple(problems),
    )


def _front_matter(text: str, *, first_line: int) -> tuple[list[Field], list[str]]:
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
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
    blocks: list[Block] = field(default_factory=list)

    def form(self) -> tuple[Form, int]:
        if self.heading:
            return Form.HEADING, self.heading
        return (Form.ITEM, self.depth) if self.depth else (Form.PARAGRAPH, 0)


def _blocks(tokens: Iterable[Token]) -> list[Block]:
    place = _Place()
    for token in tokens:
        if token.type == "heading_open":
            place.heading = int(token.tag[1])
        elif token.type == "heading_close":
            place.heading = 0
        elif token.type in ("list_item_open", "tr_open"):
            place.depth += 1
        elif token.type in ("list_item_close", "tr_close"):
            place.depth -= 1
        elif token.map and token.type in ("inline", "fence", "html_block"):
            _add(place, token)
    return place.blocks


def _add(place: _Place, token: Token) -> None:
    first = (token.map or [0])[0] + 1
    if token.type == "inline":
        text = _inline_text(token.children or ())
    elif token.type == "fence":
        text, first = token.content, first + 1
    else:
        text = _TAG.sub(_newlines, token.content)
    text = _URL.sub(lambda found: " " * len(found.group()), text).rstrip()
    if text.strip():
        form, level = place.form()
        if form is Form.PARAGRAPH and _is_all_bold(token):
            form, level = Form.HEADING, LIKE_HEADING
        lines = tuple(range(first, first + text.count("\n") + 1))
        place.blocks.append(Block(form, text, lines, level))


def _is_all_bold(token: Token) -> bool:
    inner = [child.type for child in token.children or () if child.content.strip() or child.type != "text"]
    return len(inner) > 1 and inner[0] == "strong_open" and inner.index("strong_close") == len(inner) - 1


def _newlines(found: re.Match[str]) -> str:
    return "\n" * found.group().count("\n") or " "


def _inline_text(children: Sequence[Token]) -> str:
    parts: list[str] = []
    for child in children:
        if child.type in ("softbreak", "hardbreak"):
            parts.append("\n")
        elif child.type == "html_inline":
            parts.append("\n" * child.content.count("\n") or " ")
        elif child.type == "image":
            parts.append(_inline_text(child.children or ()))
        else:
            parts.append(child.content)
    return "".join(parts)
