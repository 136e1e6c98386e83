"""Parameters of a scenario: what may differ from candidate to candidate, and how a seed decides it.

A draw depends on the scenario's id, the parameter's name and the seed alone, through SHA-256: it is the same on every
machine and Python version, and adding a parameter does not change the others.
"""

import hashlib
import string
from collections.abc import Mapping, Sequence
from itertools import count, islice
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

Value = str | int
_SEEDS_A_LOOK = 64
_TOKEN_ALPHABET = string.ascii_lowercase + string.digits


class Parameter(BaseModel):
    """One of: `choice` (a list), `range` (first and last whole number), `token` (a random word of that length)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    choice: Annotated[tuple[Value, ...], Field(min_length=1)] | None = None
    range: tuple[int, int] | None = None
    token: Annotated[int, Field(ge=6, le=64)] | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> "Parameter":
        given = [name for name in ("choice", "range", "token") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"give exactly one of choice, range, token (given: {', '.join(given) or 'none'})")
        if self.range is not None and self.range[0] > self.range[1]:
            raise ValueError("the range's first number is above its last")
        if self.choice is not None and len(set(self.choice)) != len(self.choice):
            raise ValueError("a choice is given twice")
        return self

    def draw(self, key: bytes) -> Value:
        """The value that `key` stands for; the same key always gives the same value."""
        if self.choice is not None:
            return self.choice[_number(key, 0) % len(self.choice)]
        if self.range is not None:
            first, last = self.range
            return first + _number(key, 0) % (last - first + 1)
        letters = (_TOKEN_ALPHABET[_number(key, i) % len(_TOKEN_ALPHABET)] for i in range(1, self.token or 1))
        return string.ascii_lowercase[_number(key, 0) % 26] + "".join(letters)

    @property
    def corners(self) -> tuple[Value, ...]:
        """Values that a proof must have seen: every choice, both ends of a range; a token has none."""
        if self.choice is not None:
            return self.choice
        return tuple(dict.fromkeys(self.range)) if self.range is not None else ()


def drawn(parameters: Mapping[str, Parameter], scenario: str, seed: str) -> dict[str, Value]:
    """A value for each parameter, sorted by name."""
    return {name: parameters[name].draw(f"{scenario}\0{name}\0{seed}".encode()) for name in sorted(parameters)}


def seeds_for_every_choice(parameters: Mapping[str, Parameter], scenario: str) -> Sequence[str]:
    """A few seeds, the same each time, with which every value of every choice is drawn at least once.

    Taken greedily from a row of seeds; always at least one.
    """
    missing = {(name, value) for name, each in parameters.items() for value in each.choice or ()}
    chosen: list[str] = []
    seeds = (f"choices-{number}" for number in count())
    while missing or not chosen:
        row = [
            (seed, missing & set(drawn(parameters, scenario, seed).items())) for seed in islice(seeds, _SEEDS_A_LOOK)
        ]
        best, won = max(row, key=lambda each: len(each[1]))
        if won or not chosen:
            chosen.append(best)
        missing -= won
    return chosen


def _number(key: bytes, index: int) -> int:
    digest = hashlib.sha256(key + b"\0" + str(index).encode()).digest()
    return int.from_bytes(digest[:8], "big")
