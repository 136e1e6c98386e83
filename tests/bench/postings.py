"""How well postings are read: precision and recall of requirement ids against what a person read out of them.

`python -m tests.bench.postings DIRECTORY` prints a table for a directory of postings with an expected.yaml.
"""

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from labs.posting.judgement import Kind
from labs.posting.reading import Posting, read_posting

LIMIT = 0.95


@dataclass(frozen=True, slots=True)
class Score:
    """What was read of one posting's `must`, against what a person reads."""

    name: str
    surplus: tuple[str, ...]
    missing: tuple[str, ...]
    found: int
    expected: int
    seconds: float

    @property
    def precision(self) -> float:
        """Share of what was found that is right."""
        return 1.0 if not self.found else 1 - len(self.surplus) / self.found

    @property
    def recall(self) -> float:
        """Share of what is right that was found."""
        return 1.0 if not self.expected else 1 - len(self.missing) / self.expected


def score(posting: Posting, expected: Mapping[str, Any], seconds: float = 0.0) -> Score:
    """Return how well the musts were read, strictly: alternatives count as musts, an implied parent as surplus."""
    right = set(expected["must"]) | {id_ for group in expected.get("any_of", ()) for id_ in group}
    found = {str(r.id) for r in posting.requirements if r.kind is Kind.MUST and not r.person}
    return Score(
        posting.name, tuple(sorted(found - right)), tuple(sorted(right - found)), len(found), len(right), seconds
    )


def scores(directory: Path) -> list[Score]:
    """Return the scores of all postings that the directory's expected.yaml names."""
    expected = yaml.safe_load((directory / "expected.yaml").read_text(encoding="utf-8"))
    results = []
    for name, entry in expected.items():
        start = time.perf_counter()
        posting = read_posting(directory / name)
        results.append(score(posting, entry, time.perf_counter() - start))
    return results


def main(arguments: Sequence[str]) -> int:
    """Print the table; 0 when every posting reaches the limit."""
    results = [result for argument in arguments for result in scores(Path(argument))]
    for result in results:
        name = Path(result.name).name
        sys.stdout.write(f"{name:32} precision {result.precision:.3f}  recall {result.recall:.3f}")
        sys.stdout.write(f"  {result.seconds * 1000:6.1f} ms  surplus {result.surplus}  missing {result.missing}\n")
    return 0 if all(min(result.precision, result.recall) >= LIMIT for result in results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
