"""`make bench`: the numbers of the README, measured through the command line on real labs.

Every lab lives in a TALLER_HOME of its own run, so the labs of this host are left alone. `--rounds N` repeats.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from labs.core.ids import LabId
from labs.core.ports import SandboxSpec
from provisioner.cell import cgroups
from tests.bench.measure import Measurements

if TYPE_CHECKING:
    from collections.abc import Callable

SCENARIOS = ("orders_routing", "catalog_never_ready", "invoices_locked_out")
TALLER = str(Path(sys.executable).parent / "taller")
POSTING = "examples/postings/devops-senior.es.md"
MANY = 8
LONGEST_HOLD_SECONDS = 3.0
"""The longest `hold_seconds` of the three scenarios; holds run side by side."""
IDLE_SECONDS = 30.0


def taller(*arguments: str, home: Path, check: bool = True) -> tuple[float, dict[str, Any]]:
    """Run the command line; return its wall-clock seconds and its JSON document, if any."""
    begun = time.monotonic()
    done = subprocess.run([TALLER, *arguments], capture_output=True, text=True, env=environment(home), check=False)
    seconds = time.monotonic() - begun
    if check and done.returncode:
        sys.exit(f"taller {' '.join(arguments)} failed ({done.returncode}):\n{done.stdout}{done.stderr}")
    return seconds, json.loads(done.stdout) if "--json" in arguments and done.stdout.strip() else {}


def environment(home: Path) -> dict[str, str]:
    """Return a user's environment: byte code is kept, as it is unless somebody forbids it."""
    return {**os.environ, "TALLER_HOME": str(home), "PYTHONDONTWRITEBYTECODE": ""}


def up(candidate: str, home: Path) -> "subprocess.Popen[str]":
    """Start `taller up` with the three scenarios."""
    wanted = [word for name in SCENARIOS for word in ("--scenario", name)]
    return subprocess.Popen(
        [TALLER, "up", *wanted, "--candidate", candidate, "--json"],
        env=environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for_ready(process: "subprocess.Popen[str]", home: Path) -> None:
    """Return when the node of the only lab in `home` has said that it is Ready."""
    while process.poll() is None:
        if any('"ready"' in events.read_text() for events in home.glob("labs/*/events.jsonl")):
            return
        time.sleep(0.005)


def pss_mib(lab: str) -> float:
    """Return the proportional set size of all processes of a lab."""
    total = 0
    for pid in cgroups.pids(lab):
        with suppress(psutil.NoSuchProcess):  # a probe of kubelet's, or a pod of the grader's, ended meanwhile
            total += psutil.Process(pid).memory_full_info().pss
    return total / 2**20


def bench_front_end(found: Measurements, home: Path, rounds: int) -> None:
    """`--help` and `plan`."""
    for _ in range(max(rounds, 5) * 2):
        found.add("taller --help", taller("--help", home=home)[0], limit=0.3)
        found.add("taller plan", taller("plan", POSTING, home=home)[0], limit=0.7)


def bench_life(found: Measurements, home: Path, rounds: int) -> None:
    """One lab from the command to nothing left."""
    for number in range(rounds):
        begun = time.monotonic()
        process = up(f"bench {number}", home)
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
    processes = [up(f"many {number}", home) for number in range(MANY)]
    labs = []
    for process in processes:
        out, errors = process.communicate()
        if process.returncode:
            sys.exit(f"one of {MANY} labs failed:\n{out}{errors}")
        document = json.loads(out)
        labs.append(document["lab"])
        found.add(f"one of {MANY} labs up at once", document["timings"]["total_seconds"])
    found.add(f"all of {MANY} labs up at once", time.monotonic() - begun, limit=60.0)
    found.add("labs that reached another", float(crossings(labs, home)), unit="labs", limit=0.0)
    taller("down", "--all", home=home)
    for lab in labs:
        expect_nothing_left(lab)


def crossings(labs: list[str], home: Path) -> int:
    """Return how many labs' shells could connect to the API server of the next lab; their own they must reach."""
    from labs.core.settings import settings  # noqa: PLC0415
    from provisioner.cell.slots import Slots  # noqa: PLC0415

    address = {slot.lab: slot.address for slot in Slots(settings()).all()}
    dial = "timeout 2 bash -c 'exec 3<>/dev/tcp/{}/6443' 2>/dev/null && echo yes || echo no"
    reached = 0
    for lab, other in zip(labs, [*labs[1:], labs[0]], strict=True):
        for target, expected in ((lab, "yes"), (other, "no")):
            command = dial.format(address[LabId(target)])
            said = subprocess.run(
                [TALLER, "shell", lab, "--", "bash", "-c", command],
                capture_output=True, text=True, env=environment(home), check=True, stdin=subprocess.DEVNULL,
            ).stdout.strip()  # fmt: skip
            if target == lab and said != expected:
                sys.exit(f"lab {lab} does not reach its own API: the test of cross-talk says nothing")
            reached += target == other and said != expected
    return reached


def expect_nothing_left(lab: str) -> None:
    """End the benchmark when the host still has something of the lab."""
    from provisioner.inventory import host_inventory  # noqa: PLC0415

    left = [each for each in host_inventory() if each.lab == lab]
    if left:
        sys.exit(f"lab {lab} left {left}")


def main() -> None:
    """Measure, print a table, write build/bench.json; exit 1 when a median is over its limit."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=("front", "life", "memory", "many"))
    options = parser.parse_args()
    found = Measurements()
    with tempfile.TemporaryDirectory(prefix="taller-bench-") as place:
        parts: dict[str, Callable[[Path], None]] = {
            "front": lambda home: bench_front_end(found, home, options.rounds),
            "life": lambda home: bench_life(found, home, options.rounds),
            "memory": lambda home: bench_memory(found, home, options.rounds),
            "many": lambda home: bench_many(found, home),
        }
        for name, part in parts.items():
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
