"""What is wrong with a scenario, and where: a file and a line."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from labs.core.errors import InputError


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to mend. `line` counts from 1; 0 means the file as a whole."""

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}" if self.line else f"{self.path}: {self.message}"


class CatalogueError(InputError):
    """Scenarios cannot be used. `problems` holds all of them, the message shows them line by line."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        shown = "\n".join(map(str, self.problems))
        count = len(self.problems)
        super().__init__(
            f"The catalogue has {count} problem{'s' if count > 1 else ''}:\n{shown}",
            hint="Each line names the file and the line to mend; docs/scenarios.md describes the format.",
        )
