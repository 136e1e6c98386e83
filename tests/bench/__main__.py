"""`make bench`: the numbers of the README, measured through the command line on real labs.

Every lab lives in a TALLER_HOME of its own run, so the labs of this host are left alone. `--rounds N` repeats.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from labs.core.ids import LabId
from labs.core.ports import SandboxSpec
from tests.bench.accounts import bench_accounts, bench_many_accounts
from tests.bench.command import crossings, expect_nothing_left, pss_mib, taller, up
from tests.bench.grades import bench_grades
from tests.bench.images import bench_images
from tests.bench.measure import Measurements
from tests.bench.nodes import bench_nodes
from tests.bench.pods import bench_pods
from tests.bench.policies import bench_policies

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

SCENARIOS = ("orders_routing", "catalog_never_ready", "invoices_locked_out")
POSTING = "examples/postings/devops-senior.es.md"
MANY = 8
LONGEST_HOLD_SECONDS = 3.0
"""The longest `hold_seconds` of the three scenarios; holds run side by side."""
IDLE_SECONDS = 30.0
PARTS = ("front", "life", "pods", "images", "memory", "policies", "many", "nodes", "aws", "aws-many", "grades")


def wait_for_ready(process: "subprocess.Popen[str]", home: Path) -> None:
    """Return when the node of the only lab in `home` has said that it is Ready."""
    while process.poll() is None:
        if any('"ready"' in events.read_text() for events in home.glob("labs/*/events.jsonl")):
            return
        time.sleep(0.005)


def bench_front_end(found: Measurements, home: Path, rounds: int) -> None:
    """`--help` and `plan`."""
    for _ in range(max(rounds, 5) * 2):
        found.add("taller --help", taller("--help", home=home)[0], limit=0.3)
        found.add("taller plan", taller("plan", POSTING, home=home)[0], limit=0.7)


def bench_life(found: Measurements, home: Path, rounds: int) -> None:
    """One lab from the command to nothing left."""
    for number in range(rounds):
        begun = time.monotonic()
        process = up(f"bench {number}", SCENARIOS, home)
        wait_for_ready(process, home)
        found.add("command to node Ready, cold", time.monotonic() - begun, limit=5.0)
        out, errors = process.communicate()
        found.add("command to lab handed over", time.monotonic() - begun, limit=14.0)
        if process.returncode:
            sys.exit(f"taller up failed:\n{out}{errors}")
        lab = json.loads(out)["lab"]
        for name in SCENARIOS:
            taller("fix", lab, name, home=home)
        taller("grade", lab, home=home)  # the fixes' rollouts end here: what follows is a fixed state
        for _ in range(2):
            seconds, report = taller("grade", lab, "--json", home=home)
            if report["points"] != report["max_points"]:
                sys.exit(f"the fixed lab has {report['points']} of {report['max_points']} points")
            found.add("grade of three scenarios, holds excluded", seconds - LONGEST_HOLD_SECONDS, limit=4.0)
        found.add("memory of a lab with three scenarios (PSS)", pss_mib(lab), unit="MiB")
        begun = time.monotonic()
        taller("down", lab, home=home)
        found.add("teardown to nothing left", time.monotonic() - begun, limit=2.0)
        expect_nothing_left(lab)


def bench_memory(found: Measurements, home: Path, rounds: int) -> None:
    """An idle lab: the node with its DNS and nothing else."""
    os.environ["TALLER_HOME"] = str(home)
    from provisioner.engines import engine  # noqa: PLC0415 - reads TALLER_HOME once

    labnode = engine("labnode")
    for number in range(min(rounds, 3)):
        lab = LabId(f"bench-idle-000{number}")
        labnode.create(SandboxSpec(lab))
        time.sleep(IDLE_SECONDS)
        found.add("memory of an idle lab, all its processes (PSS)", pss_mib(lab), unit="MiB", limit=400.0)
        labnode.destroy(lab)


def bench_many(found: Measurements, home: Path) -> None:
    """Eight labs at once: each of them ready, the slowest within its limit, none reaching another."""
    begun = time.monotonic()
    processes = [up(f"many {number}", SCENARIOS, home) for number in range(MANY)]
    labs = []
    for process in processes:
        out, errors = process.communicate()
        if process.returncode:
            sys.exit(f"one of {MANY} labs failed:\n{out}{errors}")
        document = json.loads(out)
        labs.append(document["lab"])
        found.add(f"one of {MANY} labs up at once", document["timings"]["total_seconds"])
    found.add(f"all of {MANY} labs up at once", time.monotonic() - begun, limit=60.0)
    found.add("labs that reached another", float(crossings(labs, home, port=6443)), unit="labs", limit=0.0)
    taller("down", "--all", home=home)
    for lab in labs:
        expect_nothing_left(lab)


def main() -> None:
    """Measure, print a table, write build/bench.json; exit 1 when a median is over its limit."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=PARTS)
    options = parser.parse_args()
    found = Measurements()
    with tempfile.TemporaryDirectory(prefix="taller-bench-") as place:
        benches: tuple[Callable[[Path], None], ...] = (
            lambda home: bench_front_end(found, home, options.rounds),
            lambda home: bench_life(found, home, options.rounds),
            lambda home: bench_pods(found, home, options.rounds),
            lambda home: bench_images(found, home, options.rounds),
            lambda home: bench_memory(found, home, options.rounds),
            lambda home: bench_policies(found, home, options.rounds),
            lambda home: bench_many(found, home),
            lambda home: bench_nodes(found, home, options.rounds),
            lambda home: bench_accounts(found, home, options.rounds),
            lambda home: bench_many_accounts(found, home),
            lambda home: bench_grades(found, home),
        )
        for name, part in zip(PARTS, benches, strict=True):
            if options.only in {None, name}:
                home = Path(place, name)
                home.mkdir()
                part(home)
    found.write()
    sys.stdout.write("\n".join(found.lines()) + "\n")
    if over := found.over():
        sys.exit(f"over the limit: {', '.join(over)}")


if __name__ == "__main__":
    main()
