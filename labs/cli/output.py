"""What commands print: for people by default, one JSON document for programs, errors with their remedy.

Everything shown may hold a candidate's text, so all of it is cleaned; nothing is interpreted as markup.
"""

import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from labs.core.errors import InputError, TallerError

_UNSAFE = re.compile("[\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]")
"""What JSON allows in strings and a terminal would obey, or an encoder refuse: C1 controls, bidi, lone surrogates."""


def print_json(document: Any) -> None:
    """Print one JSON document on standard output; what could move a terminal's cursor or turn its text is escaped."""
    text = json.dumps(document, ensure_ascii=False, indent=2, default=str)
    sys.stdout.write(_UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n")


def say(text: str = "", *, style: str = "") -> None:
    """Print a line for people on standard output."""
    from rich.console import Console  # noqa: PLC0415 - JSON needs no Rich
    from rich.text import Text  # noqa: PLC0415

    Console(highlight=False, soft_wrap=True).print(Text(_clean(text), style=style))


def note(text: str) -> None:
    """Print a line on standard error: progress and remarks."""
    sys.stderr.write(_clean(text) + "\n")
    sys.stderr.flush()


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table for people."""
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    drawn = Table(title=title or None, title_justify="left", header_style="bold")
    for column in columns:
        drawn.add_column(column, overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(_clean(cell)) for cell in row))
    console = Console(highlight=False)
    console.print(drawn)


def error_document(error: TallerError) -> dict[str, Any]:
    """An error as programs get it."""
    facts: Mapping[str, str] = error.facts
    return {"error": error.message, "kind": type(error).__name__, "hint": error.hint, **facts}


def print_error(error: TallerError) -> None:
    """Print an error for people on standard error: what, where, the remedy."""
    lines = [f"error: {error.message}"]
    lines += [f"  {name}: {value}" for name, value in error.facts.items() if value]
    lines += [f"  → {error.hint}"] if error.hint else []
    lines += [f"  {remark}" for remark in getattr(error, "__notes__", [])]
    note("\n".join(lines))


def check_writable(path: Path) -> None:
    """A file can be written at `path`; its directory is there. Raises InputError, before the work that fills it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(path, error.strerror) from error
    if path.is_dir() or not os.access(path.parent, os.W_OK):
        raise _unwritable(path, "Is a directory" if path.is_dir() else "Permission denied")


def write_text(path: Path, text: str) -> None:
    """The file holds `text`. Raises InputError."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise _unwritable(path, error.strerror) from error


def _unwritable(path: Path, reason: str | None) -> InputError:
    return InputError(f"{str(path)!r} cannot be written: {reason}.", hint="Pass the path of a file that you may write.")


def _clean(text: str) -> str:
    from grading.clean import clean  # noqa: PLC0415

    return clean(text, limit=20_000)
