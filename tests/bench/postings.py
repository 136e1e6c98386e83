"""How well postings are read, how fast, and how fast a plan is made.

`make bench-postings` prints precision and recall for each kind of requirement, on our own corpus (the part that the
reader was tuned on and the part that was held out told apart) and on the postings beside the checkout when they are
there; then the times. 0 when every number meets its limit.
"""

import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from labs.core.ids import RequirementId, ScenarioId
from labs.posting.coverage import Need, Option, choose
from labs.posting.judgement import Kind
from labs.posting.language import detect_language
from labs.posting.reading import Posting, read_posting, understand
from labs.posting.source import MAX_BYTES, clean
from labs.posting.taxonomy import within
from labs.posting.vocabulary import Level
from tests.bench.hostile import SHAPES, hostile_seconds

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / "tests" / "unit" / "posting" / "corpus"
EXAMPLES = ROOT / "examples" / "postings"
SHARED = ROOT.parent / "shared" / "postings"
HELD_OUT = "h-"
"""Names of corpus files that nothing was tuned to begin so."""

LIMIT = 0.95
READ_LIMIT_SECONDS, PLAN_LIMIT_SECONDS = 2.0, 0.5
KINDS = ("must", "nice", "duty")


@dataclass(frozen=True, slots=True)
class Score:
    """What was read of one kind of a posting's requirements, against what a person reads."""

    name: str
    kind: str
    right: tuple[str, ...]
    surplus: tuple[str, ...]
    missing: tuple[str, ...]
    seconds: float = 0.0

    @property
    def precision(self) -> float:
        """Share of what was found that is right."""
        return _share(len(self.right), len(self.surplus))

    @property
    def recall(self) -> float:
        """Share of what is right that was found."""
        return _share(len(self.right), len(self.missing))


def _share(right: int, wrong: int) -> float:
    return right / (right + wrong) if right + wrong else 1.0


def score(posting: Posting, expected: Mapping[str, Any], kind: str = "must", seconds: float = 0.0) -> Score:
    """Return how well a kind was read. Alternatives count each.

    A child implies its parent: neither a parent beside its expected child nor one that only its child was found for
    counts, for or against.
    """
    wanted = {str(id_) for id_ in expected[kind]}
    if kind == "must":
        wanted |= {id_ for group in expected.get("any_of", ()) for id_ in group}
    elif kind == "nice":
        wanted |= {id_ for group in expected.get("any_of_nice", ()) for id_ in group}
    persons = {str(r.id) for r in (*posting.requirements, *posting.mentioned) if r.person} | set(expected["person"])
    wanted -= persons
    found = {str(r.id) for r in posting.requirements if r.kind is Kind(kind) and not r.person}
    return Score(
        posting.name,
        kind,
        right=tuple(sorted(found & wanted)),
        surplus=tuple(sorted(f for f in found - wanted if not any(within(w, f) for w in wanted))),
        missing=tuple(sorted(w for w in wanted - found if not any(within(f, w) for f in found))),
        seconds=seconds,
    )


def scores(
    directory: Path, expected: Path | None = None, *, wanted: Callable[[str], bool] = lambda _: True
) -> list[Score]:
    """Return the scores of all postings that the expectations name, each for each kind."""
    table = yaml.safe_load((expected or directory / "expected.yaml").read_text(encoding="utf-8"))
    results = []
    for name, entry in table.items():
        if wanted(name):
            start = time.process_time()
            posting = read_posting(directory / name)
            seconds = time.process_time() - start
            results += [score(posting, entry, kind, seconds) for kind in KINDS]
    return results


def total(results: Iterable[Score], kind: str) -> Score:
    """Return the scores of one kind added up."""
    own = [result for result in results if result.kind == kind]

    def joined(field: str) -> tuple[str, ...]:
        return tuple(f"{each.name}:{id_}" for each in own for id_ in getattr(each, field))

    return Score("all", kind, joined("right"), joined("surplus"), joined("missing"))


def reading_seconds(*, one_line: bool = False) -> float:
    """Return the processor time that a posting of the largest size takes: our corpus, over and over, never the same."""
    rng = random.Random(5)  # noqa: S311
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(CORPUS.glob("*.md")))
    lines = [f"{line} {rng.randrange(10**6)}" if line.strip() else "" for line in text.split("\n")]
    while len("\n".join(lines)) < MAX_BYTES:
        lines += [f"{line} {rng.randrange(10**6)}" if line else "" for line in lines]
    source = clean((" " if one_line else "\n").join(lines)[:MAX_BYTES], "large")
    start = time.process_time()
    understand(source)
    return time.process_time() - start


def planning_seconds(seed: int = 0, minutes: int = 120) -> float:
    """Return the processor time of the exact choice among 60 scenarios for 40 requirements."""
    rng = random.Random(seed)  # noqa: S311
    needs = [Need((RequirementId(f"r{i}"),), rng.choice([1, 2, 3, 3])) for i in range(40)]
    options = [
        Option(
            ScenarioId(f"s{i:02}"),
            tuple(RequirementId(f"r{j}") for j in rng.sample(range(40), rng.randint(1, 4))),
            rng.choice(list(Level)),
            rng.choice([10, 15, 20, 25, 30, 40]),
            sandbox=rng.choice(["kubernetes", "aws"]),
        )
        for i in range(60)
    ]
    start = time.process_time()
    choose(needs, options, minutes=minutes)
    return time.process_time() - start


def _sets() -> Iterator[tuple[str, list[Score]]]:
    yield "corpus, tuned on", scores(CORPUS, wanted=lambda name: not name.startswith(HELD_OUT))
    yield "corpus, held out", scores(CORPUS, wanted=lambda name: name.startswith(HELD_OUT))
    yield "examples", scores(EXAMPLES, ROOT / "tests" / "unit" / "posting" / "expected.yaml")
    if SHARED.is_dir():
        yield "shared", scores(SHARED)


def main(arguments: Sequence[str]) -> int:
    """Print the tables; -v also what was read wrong, held-out postings excepted."""
    met = True
    for name, results in _sets():
        for kind in KINDS:
            sums = total(results, kind)
            sys.stdout.write(f"{name:18} {kind:5} precision {sums.precision:.3f}  recall {sums.recall:.3f}")
            sys.stdout.write(f"  of {len(sums.right) + len(sums.missing)}\n")
            met &= kind != "must" or min(sums.precision, sums.recall) >= LIMIT
        if "-v" in arguments and "held" not in name:
            for each in results:
                if each.surplus or each.missing:
                    where = f"{Path(each.name).name} {each.kind}"
                    sys.stdout.write(f"  {where}: surplus {each.surplus} missing {each.missing}\n")
    planning_seconds()  # loads the solver
    detect_language([], "Wir suchen eine Person mit Erfahrung in der Verwaltung von Servern.")  # loads its model
    hostile = {name: hostile_seconds(name, MAX_BYTES, time.process_time) for name in SHAPES}
    worst = max(hostile, key=hostile.__getitem__)
    if "-v" in arguments:
        for name, seconds in sorted(hostile.items(), key=lambda entry: -entry[1]):
            sys.stdout.write(f"  1 MB of {name}: {seconds:.2f} s\n")
    planning = [planning_seconds(seed, minutes) for seed in range(6) for minutes in (60, 120, 240)]
    for what, seconds, limit in (
        ("1 MB read", reading_seconds(), READ_LIMIT_SECONDS),
        ("1 MB read, in one line", reading_seconds(one_line=True), READ_LIMIT_SECONDS),
        (f"1 MB, worst of {len(SHAPES)} odd shapes ({worst})", hostile[worst], READ_LIMIT_SECONDS),
        ("60 x 40 planned, worst of 18", max(planning), PLAN_LIMIT_SECONDS),
    ):
        sys.stdout.write(f"{what:55} {seconds:.2f} s  (at most {limit:g} s)\n")
        met &= seconds <= limit
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
