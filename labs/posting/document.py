"""From a posting's text to its form, by what it is: HTML, a JobPosting in JSON, or Markdown (as plain text is)."""

from typing import Any

from labs.posting.blocks import Block, Document, Field
from labs.posting.hyphens import whole_words
from labs.posting.jsonld import described, find_posting, posting_document
from labs.posting.limits import MAX_LINES, limited, readable
from labs.posting.markdown import markdown_form
from labs.posting.plain import is_odd, plain_blocks
from labs.posting.shape import is_markup
from labs.posting.source import Source

_MIN_DESCRIPTION = 200
"""A page's JobPosting that says less is a stub: the page itself says more."""


def parse(source: Source) -> Document:
    """Return the form of a posting, as far as it is read. Any text has one."""
    if source.text.lstrip()[:1] in ("{", "["):
        posting = find_posting(source.text)
        if posting is not None:
            return _described(source.name, posting, source.text, first_line=1)
    if is_markup(source.text):
        return _page(source)
    text = readable(source.text)
    cut = len(text) < len(source.text)
    text = whole_words(text)
    fields, blocks, problems = ([], plain_blocks(text), []) if is_odd(text) else markdown_form(text)
    lines = tuple(source.text.split("\n"))
    return limited(Document(source.name, lines, tuple(fields), tuple(blocks), tuple(problems)), cut=cut)


def _described(name: str, posting: dict[str, Any], json: str, *, first_line: int) -> Document:
    fields, blocks = posting_document(posting, json, first_line=first_line, read_text=_read_text)
    description = described(posting)
    cut = len(readable(description)) < len(description)
    return limited(Document(name, None, tuple(fields), tuple(blocks)), cut=cut)


def _page(source: Source) -> Document:
    from labs.posting.markup import page_title, parse_tree, scripts, tree_blocks  # noqa: PLC0415 - loads lxml

    root = parse_tree(source.text)
    if root is None:
        return Document(source.name, None, (), ())
    for script, line in scripts(root):
        posting = find_posting(script)
        if posting is not None and len(described(posting)) >= _MIN_DESCRIPTION:
            return _described(source.name, posting, script, first_line=line)
    title = page_title(root)
    fields = (Field("page", title, 1),) if title else ()
    return limited(Document(source.name, None, fields, tuple(tree_blocks(root, most=MAX_LINES + 1))), cut=False)


def _read_text(text: str) -> list[Block]:
    """Return the blocks of a description inside another file: HTML, Markdown or plain text."""
    if is_markup(text) or "</" in text:
        from labs.posting.markup import markup_blocks  # noqa: PLC0415 - loads lxml

        return markup_blocks(text, most=MAX_LINES + 1)
    text = readable(text)
    return plain_blocks(text) if is_odd(text) else markdown_form(text)[1]
