"""Text that a candidate may have written, made safe to show: no terminal codes, no reversed writing, no floods."""

import re
import unicodedata

TEXT_CHARACTERS = 4000
"""A text in a report is cut here: some 50 lines, more than anyone reads and less than a page can bear."""
_SCAN_CHARACTERS = 4 * TEXT_CHARACTERS
_LINES = 60
_TERMINAL_CODE = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    r"|\x1b[\]PX^_].*?(?:\x07|\x1b\\|$)"  # OSC, DCS, SOS, PM, APC: titles, links, clipboard
    r"|\x1b[ -/]*[0-~]"
    r"|\x9b[0-?]*[ -/]*[@-~]",
    re.DOTALL,
)
_JOINERS = "\u200c\u200d"
"""Format characters that ordinary writing needs: Persian, Hindi, emoji families."""
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_MARKS_IN_A_ROW = 4
"""Combining marks beyond these pile up over other lines; Vietnamese needs two, Hebrew with points three."""


def clean(text: str, *, limit: int = TEXT_CHARACTERS) -> str:
    """`text` without control, format and unassigned characters, cut to `limit` characters and 60 lines.

    Line breaks and tabs stay. Fit for JSON, terminals and (escaped) HTML; idempotent.
    """
    scanned = _TERMINAL_CODE.sub("", text[:_SCAN_CHARACTERS])
    kept = "".join(_characters(scanned.replace("\r\n", "\n").replace("\u2028", "\n").replace("\u2029", "\n")))
    lines = kept.split("\n")
    shortened = "\n".join(lines[:_LINES])
    if len(shortened) > limit or len(lines) > _LINES or len(text) > _SCAN_CHARACTERS:
        shortened = shortened[: limit - 1].rstrip("…") + "…"
    return shortened


def _characters(text: str) -> list[str]:
    kept: list[str] = []
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        if category in _DROPPED and character not in "\n\t" and character not in _JOINERS:
            continue
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if marks <= _MARKS_IN_A_ROW:
            kept.append(character)
    return kept
