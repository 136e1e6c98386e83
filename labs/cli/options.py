"""Options that several commands share."""

import re
from typing import Annotated, Literal

import typer

from labs.core.errors import InputError

Language = Literal["en", "es"]

Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output, for programs.")]
Lab = Annotated[str, typer.Argument(metavar="LAB", help="A lab's id, as `taller list` shows it.")]
ScenarioName = Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario of the lab, by its id.")]
Lang = Annotated[Language, typer.Option("--lang", metavar="en|es", help="Language of what is shown.")]
Minutes = Annotated[
    int, typer.Option("--minutes", metavar="N", min=1, max=24 * 60, help="Time the candidate has, in minutes.")
]

SEED_MAX_CHARACTERS = 120
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_DURATION = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)([smhd])")


def duration_seconds(text: str) -> float:
    """Return the seconds of "90m", "4h", "2d" or "30s". Raises InputError."""
    match = _DURATION.fullmatch(text.strip().lower())
    if not match:
        raise InputError(f"{text!r} is not a duration.", hint="Examples: 90m, 4h, 2d.")
    return float(match[1]) * _UNITS[match[2]]


def seed_text(text: str) -> str:
    """Return a seed that can be kept, shown and typed again. Raises InputError for another."""
    if len(text) > SEED_MAX_CHARACTERS or not text.isprintable():
        raise InputError(
            f"A seed is at most {SEED_MAX_CHARACTERS} printable characters.", hint="Any word will do: --seed second-try"
        )
    return text
