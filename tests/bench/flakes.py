"""`make bench-proofs N=20`: prove the catalogue again and again, each time other variants, to find what holds by luck.

Twenty runs are a day's work of two cores, so each is kept in `proofs.jsonl` as soon as it is over: the rate that is
printed is that of all runs kept. What breaks in a run is proven once more, with the same seed: what holds then came and
went (a flake), what does not is a defect of that variant. Both count.

With `EVERY_CHOICE=1` a run takes as many seeds for each scenario as every choice of its parameters needs to occur. Its
labs live for an hour and a half, as candidates' labs do and those of other runs do not.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from labs.catalogue.loader import load_catalogue
from tests.bench.command import TALLER, environment

RECORD = Path(__file__).with_name("proofs.jsonl")
KINDS = ("cluster", "account")
DEFAULT_RUNS = 10


@dataclass(frozen=True, slots=True)
class Broken:
    """A proof that did not hold."""

    scenario: str
    seed: str
    proof: str
    detail: str
    again: bool
    """Whether it broke once more with the same seed."""


@dataclass(frozen=True, slots=True)
class Run:
    """All proofs of all scenarios of a kind, made once with a seed, or with seeds for every choice."""

    kind: str
    day: str
    commit: str
    """What was checked out; with a `+` when files had been changed."""
    seed: str
    cores: int
    minutes: float
    scenarios: int
    """With several seeds a scenario counts once for each."""
    proofs: int
    broken: Sequence[Broken]
    beside: str = ""
    """What else the machine did, written down by hand where it may explain what broke; the run counts all the same."""


def kept(record: Path = RECORD) -> Sequence[Run]:
    """Return the runs so far, oldest first."""
    if not record.exists():
        return []
    found = [json.loads(line) for line in record.read_text().splitlines()]
    return [Run(**{**each, "broken": [Broken(**broken) for broken in each["broken"]]}) for each in found]


def rate(runs: Sequence[Run]) -> str:
    """Return how often a scenario's proofs broke, of how many times that it was proven."""
    proven = sum(run.scenarios for run in runs)
    found = [(number, each) for number, run in enumerate(runs) for each in run.broken]
    broken = {(number, each.seed, each.scenario) for number, each in found}
    flaky = broken - {(number, each.seed, each.scenario) for number, each in found if each.again}
    proofs = sum(run.proofs for run in runs)
    return (
        f"{len(broken)} of {proven} broke ({len(flaky)} of them not when proven again): "
        f"{len(runs)} runs of the catalogue, {proofs} proofs"
    )


def scenarios_of(kind: str) -> Sequence[str]:
    """Return the scenarios that need no account (`cluster`), or that need one (`account`)."""
    found = load_catalogue().scenarios.values()
    return [
        each.id
        for each in found
        if (each.sandbox.kind == "kubernetes" and not each.sandbox.account) == (kind == "cluster")
    ]


def run_once(kind: str, seed: str, *, every_choice: bool = False) -> Run:
    """Prove every scenario of the kind; ends the benchmark when `taller prove` has no results.

    `seed` names the run, too: with every choice it is its name only.
    """
    commit, names = _commit(), scenarios_of(kind)
    begun = time.monotonic()
    proofs = _proofs(names, "--every-choice") if every_choice else _proofs(names, "--seed", seed)
    minutes = round((time.monotonic() - begun) / 60, 1)
    broken = [each for each in proofs if not each["holds"]]
    again: set[tuple[str, str, str]] = set()
    for used in sorted({each["seed"] for each in broken}):
        concerned = sorted({each["scenario"] for each in broken if each["seed"] == used})
        again |= {_key(each) for each in _proofs(concerned, "--seed", used) if not each["holds"]}
    return Run(
        kind=kind,
        day=datetime.now(UTC).date().isoformat(),
        commit=commit,
        seed=seed,
        cores=os.cpu_count() or 1,
        minutes=minutes,
        scenarios=len({(each["scenario"], each["seed"]) for each in proofs}),
        proofs=len(proofs),
        broken=[Broken(*_key(each), each["detail"], _key(each) in again) for each in broken],
    )


def _key(proof: Mapping[str, str]) -> tuple[str, str, str]:
    return proof["scenario"], proof["seed"], proof["proof"]


def _proofs(names: Sequence[str], *options: str) -> Sequence[dict[str, str]]:
    with tempfile.TemporaryDirectory(prefix="taller-proofs-") as home:
        command = [TALLER, "prove", *names, *options, "--json"]
        done = subprocess.run(command, env=environment(Path(home)), stdout=subprocess.PIPE, text=True, check=False)
    found: Sequence[dict[str, str]] = json.loads(done.stdout or "{}").get("proofs", [])
    if not found:
        sys.exit(f"taller prove ended with {done.returncode} and without results:\n{done.stdout}")
    return found


def _commit() -> str:
    def git(*arguments: str) -> str:
        return subprocess.run(["git", *arguments], capture_output=True, text=True, check=True).stdout.strip()

    changed = git("status", "--porcelain", "--", ".", f":!{RECORD.relative_to(Path.cwd())}")
    return git("rev-parse", "--short", "HEAD") + ("+" if changed else "")


def main() -> int:
    """Prove N times; 1 when anything broke."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.flakes", description=__doc__)
    parser.add_argument("runs", nargs="?", type=int, default=DEFAULT_RUNS)
    parser.add_argument("--kind", choices=KINDS, default="cluster")
    parser.add_argument("--every-choice", action="store_true")
    wanted = parser.parse_args()
    broke = False
    for _ in range(wanted.runs):
        run = run_once(wanted.kind, f"run-{len(kept()) + 1}", every_choice=wanted.every_choice)
        with RECORD.open("a") as record:
            record.write(json.dumps(asdict(run), ensure_ascii=False) + "\n")
        sys.stderr.write(f"{run.seed}: {run.minutes:.1f} min, {len(run.broken)} of {run.proofs} proofs broke\n")
        for each in run.broken:
            sys.stdout.write(
                f"  {each.scenario} {each.seed} {each.proof}, {'again' if each.again else 'once'}: {each.detail}\n"
            )
        broke = broke or bool(run.broken)
    sys.stdout.write(rate([run for run in kept() if run.kind == wanted.kind]) + "\n")
    return 1 if broke else 0


if __name__ == "__main__":
    sys.exit(main())
