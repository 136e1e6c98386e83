"""Words that a page's edge cut in two, made whole: as PDF files and printed pages have them."""

import re

from labs.posting.taxonomy import taxonomy
from labs.posting.text import words
from labs.posting.vocabulary import vocabulary

_CUT = re.compile(r"([^\W\d_]{2,})[-\u00ad\u2010]\n([ \t]*)([^\W\d_]+)([.,;:)]*)[ \t]?")
_MIN_LETTERS = 6
"""Shorter words are not cut."""


def whole_words(text: str) -> str:
    """Return `text` with words cut at a line's end whole again, on the line where they begin. Lines stay as many.

    Only words that mean something to the reader are: "on-call" keeps its hyphen.
    """
    return _CUT.sub(_joined, text) if "-\n" in text or "\u2010\n" in text else text


def _joined(found: re.Match[str]) -> str:
    first, indent, second, marks = found.groups()
    joined = words(first + second)
    if len(joined) != 1 or len(joined[0]) < _MIN_LETTERS or not (second.islower() or first.isupper()):
        return found.group()
    known = taxonomy().phrases.contains_word(joined[0]) or vocabulary().sections.contains_word(joined[0])
    return f"{first}{second}{marks}\n{indent}" if known else found.group()
