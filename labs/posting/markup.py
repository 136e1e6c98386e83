"""HTML, whole pages or fragments, as blocks of text with the lines of the source that they stand on."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from labs.posting.blocks import LIKE_HEADING, Block, Form
from labs.posting.tables import Row, table_blocks

_SKIPPED = frozenset(
    "script style head title nav footer aside button select svg template iframe noscript object video audio "
    "canvas".split()
)
_BLOCKS = frozenset(
    "p div section article main header ul ol li dl dt dd table tbody thead tfoot tr td th blockquote pre form fieldset "
    "address figure figcaption details summary center hr body html legend caption".split()
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_STRONG = frozenset({"b", "strong", "u"})
_STRUCTURE = ("ul", "ol", "table", *_HEADINGS)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_SPACE = re.compile(r"[^\S\n]+")
_CLOSING = re.compile(r"</(?:body|html)\s*>", re.IGNORECASE)
"""libxml2 reads nothing behind these; browsers do."""

_MAX_LINE = 65_535
"""libxml2 counts lines no further."""


def parse_tree(html: str) -> Any | None:
    """Return the root element of a page or fragment, or None when it holds nothing. Any text is parsed."""
    html = _CLOSING.sub("", html)
    if not html.strip():
        return None
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_pis=True)
    try:
        return etree.fromstring(html.encode(errors="replace"), parser)
    except etree.ParserError:  # what is left of it is empty
        return None
    except etree.XMLSyntaxError:
        return None


def markup_blocks(html: str, *, first_line: int = 1, most: int | None = None) -> list[Block]:
    """Return the blocks of a page or fragment that starts on `first_line`, at most the first `most`."""
    root = parse_tree(html)
    return [] if root is None else tree_blocks(root, first_line=first_line, most=most)


def tree_blocks(root: Any, *, first_line: int = 1, most: int | None = None) -> list[Block]:
    """Return the blocks of a parsed page, at most the first `most`."""
    walk = _Walk(first_line - 1)
    for event, element in etree.iterwalk(root, events=("start", "end", "comment")):
        if event == "comment":
            walk.pass_over(element.text or "")
            walk.say(element.tail or "")
        elif not isinstance(element.tag, str):
            walk.say(element.tail or "")
        elif event == "start":
            walk.enter(element)
        else:
            walk.leave(element)
        if most is not None and len(walk.blocks) >= most:
            break
    walk.flush()
    return walk.blocks[:most]


@dataclass(slots=True)
class _Walk:
    """Where the walk over the tree stands."""

    offset: int
    line: int = 1
    blocks: list[Block] = field(default_factory=list)
    runs: list[tuple[str, int, bool]] = field(default_factory=list)
    heading: int = 0
    lists: list[bool] = field(default_factory=list)
    items: int = 0
    strong: int = 0
    skipped: int = 0
    table: list[Row] | None = None
    row: list[tuple[str, int]] | None = None
    head_row: bool = True

    def say(self, text: str) -> None:
        """Take text that stands here."""
        for index, part in enumerate(text.split("\n")):
            if index:
                self.line += 1
                if self.runs and not self.skipped:
                    self.runs.append(("\n", self.line, False))
            if part and not self.skipped:
                self.runs.append((part, self.line, self.strong > 0))

    def pass_over(self, text: str) -> None:
        """Count the lines of what is not shown."""
        self.line += text.count("\n")

    def enter(self, element: Any) -> None:
        """Begin an element."""
        if element.sourceline and element.sourceline < _MAX_LINE:
            self.line = max(self.line, element.sourceline)
        tag = element.tag
        if self.skipped or tag in _SKIPPED or _is_hidden(element):
            self.skipped += 1
        elif self.table is not None:
            self._enter_in_table(tag)
        elif tag in _HEADINGS or tag in _BLOCKS or tag == "br":
            self.flush()
            self._enter_block(element)
        if tag in _STRONG:
            self.strong += 1
        self.say(element.text or "")

    def _enter_block(self, element: Any) -> None:
        tag = element.tag
        if tag in _HEADINGS:
            self.heading = _HEADINGS[tag]
        elif tag in ("ul", "ol"):
            self.lists.append(tag == "ol")
        elif tag == "li":
            self.items += 1
        elif tag == "table" and _is_data(element):
            self.table, self.row = [], None

    def _enter_in_table(self, tag: str) -> None:
        if tag == "tr":
            self.runs, self.row, self.head_row = [], [], True
        elif tag in ("td", "th"):
            self.runs = []
            self.head_row = self.head_row and tag == "th"
        elif tag == "br" or tag in _BLOCKS:
            self.runs.append((" ", self.line, False))

    def leave(self, element: Any) -> None:
        """End an element."""
        tag = element.tag
        if tag in _STRONG:
            self.strong -= 1
        if self.skipped:
            self.skipped -= 1
        elif self.table is not None:
            self._leave_in_table(tag)
        elif tag in _HEADINGS or tag in _BLOCKS:
            self.flush()
            if tag in _HEADINGS:
                self.heading = 0
            elif tag in ("ul", "ol") and self.lists:
                self.lists.pop()
            elif tag == "li":
                self.items = max(self.items - 1, 0)
        self.say(element.tail or "")

    def _leave_in_table(self, tag: str) -> None:
        if tag in ("td", "th") and self.row is not None:
            text = " ".join("".join(run for run, _, _ in self.runs).split())
            first = next((line for run, line, _ in self.runs if run.strip()), self.line)
            self.row.append((text, first + self.offset))
            self.runs = []
        elif tag == "tr" and self.row is not None and self.table is not None:
            self.table.append(Row(tuple(self.row), self.head_row and len(self.row) > 1))
            self.row = None
        elif tag == "table" and self.table is not None:
            self.blocks.extend(table_blocks(self.table, depth=self.items))
            self.table, self.runs = None, []

    def flush(self) -> None:
        """End the text that was being taken: it is a block."""
        runs, self.runs = self.runs, []
        lines = [(text, number) for text, number in _lines(runs) if text]
        if not lines:
            return
        bold = all(strong for text, _, strong in runs if text.strip())
        if self.heading:
            form, level = Form.HEADING, self.heading
        elif bold and not self.items:
            form, level = Form.HEADING, LIKE_HEADING
        else:
            form, level = (Form.ITEM, self.items) if self.items else (Form.PARAGRAPH, 0)
        numbers = tuple(number + self.offset for _, number in lines)
        numbered = bool(self.lists) and self.lists[-1]
        self.blocks.append(Block(form, "\n".join(text for text, _ in lines), numbers, level, numbered=numbered))


def _lines(runs: list[tuple[str, int, bool]]) -> Iterator[tuple[str, int]]:
    parts: list[str] = []
    number = runs[0][1] if runs else 0
    for text, line, _ in runs:
        if text == "\n":
            yield _SPACE.sub(" ", "".join(parts)).strip(), number
            parts, number = [], line
        else:
            parts.append(text)
    yield _SPACE.sub(" ", "".join(parts)).strip(), number


def _is_hidden(element: Any) -> bool:
    get = element.get
    return get("hidden") is not None or get("aria-hidden") == "true" or bool(_HIDDEN.search(get("style") or ""))


def _is_data(table: Any) -> bool:
    """Whether a table holds data; one that holds lists or headings only lays the page out."""
    return next(table.iterdescendants(*_STRUCTURE), None) is None


def scripts(root: Any) -> Iterator[tuple[str, int]]:
    """Yield the JSON-LD that a page carries, each with its line."""
    for script in root.iter("script"):
        if (script.get("type") or "").strip().lower() == "application/ld+json" and script.text:
            yield script.text, script.sourceline or 1


def page_title(root: Any) -> str:
    """Return what a page's head calls it."""
    title = next(root.iter("title"), None)
    return "" if title is None else " ".join((title.text or "").split())
