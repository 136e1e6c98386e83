"""From a posting's text to its form, by what it is: HTML, a JobPosting in JSON, or Markdown (as plain text is)."""

from labs.posting.blocks import Block, Document, Field
from labs.posting.hyphens import whole_words
from labs.posting.jsonld import find_posting, posting_document
from labs.posting.markdown import markdown_form
from labs.posting.plain import MAX_LINES, is_odd, plain_blocks, readable
from labs.posting.shape import is_markup
from labs.posting.source import Source

_MIN_DESCRIPTION = 200
"""A page's JobPosting that says less is a stub: the page itself says more."""

_CUT = f"Only the first {MAX_LINES:,} lines were read."


def parse(source: Source) -> Document:
    """Return the form of a posting. Any text has one."""
    if source.text.lstrip()[:1] in ("{", "["):
        posting = find_posting(source.text)
        if posting is not None:
            fields, blocks = posting_document(posting, source.text, first_line=1, read_text=_read_text)
            return Document(source.name, None, tuple(fields), tuple(blocks))
    if is_markup(source.text):
        return _page(source)
    text = whole_words(readable(source.text))
    fields, blocks, problems = ([], plain_blocks(text), []) if is_odd(text) else markdown_form(text)
    if text.count("\n") < source.text.count("\n"):
        problems.append(_CUT)
    return Document(source.name, tuple(source.text.split("\n")), tuple(fields), tuple(blocks), tuple(problems))


def _page(source: Source) -> Document:
    from labs.posting.markup import page_title, parse_tree, scripts, tree_blocks  # noqa: PLC0415 - loads lxml

    root = parse_tree(source.text)
    if root is None:
        return Document(source.name, None, (), ())
    for script, line in scripts(root):
        posting = find_posting(script)
        if posting is not None and len(str(posting.get("description") or "")) >= _MIN_DESCRIPTION:
            fields, blocks = posting_document(posting, script, first_line=line, read_text=_read_text)
            return Document(source.name, None, tuple(fields), tuple(blocks))
    title = page_title(root)
    fields = [Field("page", title, 1)] if title else []
    blocks = tree_blocks(root, most=MAX_LINES)
    problems = (_CUT,) if len(blocks) == MAX_LINES else ()
    return Document(source.name, None, tuple(fields), tuple(blocks), problems)


def _read_text(text: str) -> list[Block]:
    """Return the blocks of a description inside another file: HTML, Markdown or plain text."""
    if is_markup(text) or "</" in text:
        from labs.posting.markup import markup_blocks  # noqa: PLC0415 - loads lxml

        return markup_blocks(text, most=MAX_LINES)
    text = readable(text)
    return plain_blocks(text) if is_odd(text) else markdown_form(text)[1]
