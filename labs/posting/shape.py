"""Which form a text has."""

import re

_WHOLE = re.compile(
    r"\s*(?:<!--.*?-->\s*|<\?xml[^>]*>\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_FRAGMENT = re.compile(
    r"\s*<(?:div|p|h[1-6]|ul|ol|table|section|article|main|span|meta|title|style|script|nav|header|strong|b|br)\b",
    re.IGNORECASE,
)
_MARKDOWN_HEADING = re.compile(r"^#{1,6}\s+\S", re.MULTILINE)


def is_markup(text: str) -> bool:
    """Whether a file is HTML rather than Markdown with some of it."""
    head = text[:4000]
    return bool(_WHOLE.match(head)) or (bool(_FRAGMENT.match(head)) and not _MARKDOWN_HEADING.search(text))
