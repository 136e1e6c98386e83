"""The command line under measurement, and what is looked at beside it."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from provisioner.cell import cgroups

TALLER = str(Path(sys.executable).parent / "taller")


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


def up(candidate: str, scenarios: Sequence[str], home: Path) -> "subprocess.Popen[str]":
    """Start `taller up` with the scenarios."""
    wanted = [word for name in scenarios for word in ("--scenario", name)]
    command = [TALLER, "up", *wanted, "--candidate", candidate, "--json"]
    return subprocess.Popen(command, env=environment(home), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def pss_mib(lab: str) -> float:
    """Return the proportional set size of all processes of a lab."""
    total = 0
    for pid in cgroups.pids(lab):
        with suppress(psutil.NoSuchProcess):  # a probe of kubelet's, or a pod of the grader's, ended meanwhile
            total += psutil.Process(pid).memory_full_info().pss
    return total / 2**20


def crossings(labs: list[str], home: Path, *, port: int, cell: str = "") -> int:
    """Return how many labs' shells could connect to `port` of the next lab; their own they must reach.

    `cell` is what the sandbox's name has beyond its lab's.
    """
    from labs.core.settings import settings  # noqa: PLC0415
    from provisioner.cell.slots import Slots  # noqa: PLC0415

    address = {slot.lab.removesuffix(cell): slot.address for slot in Slots(settings()).all()}
    dial = "timeout 2 bash -c 'exec 3<>/dev/tcp/{}/{}' 2>/dev/null && echo yes || echo no"
    reached = 0
    for lab, other in zip(labs, [*labs[1:], labs[0]], strict=True):
        for target, expected in ((lab, "yes"), (other, "no")):
            command = dial.format(address[target], port)
            said = subprocess.run(
                [TALLER, "shell", lab, "--", "bash", "-c", command],
                capture_output=True, text=True, env=environment(home), check=True, stdin=subprocess.DEVNULL,
            ).stdout.strip()  # fmt: skip
            if target == lab and said != expected:
                sys.exit(f"lab {lab} does not reach its own sandbox: the test of cross-talk says nothing")
            reached += target == other and said != expected
    return reached


def expect_nothing_left(lab: str) -> None:
    """End the benchmark when the host still has something of the lab."""
    from provisioner.inventory import host_inventory  # noqa: PLC0415

    left = [each for each in host_inventory() if each.lab == lab]
    if left:
        sys.exit(f"lab {lab} left {left}")
