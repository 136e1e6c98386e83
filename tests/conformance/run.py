"""Running chosen tests of upstream's suite: a lab for them, and ginkgo."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import yaml

from labs.core.ids import new_lab_id
from labs.core.ports import Limits, SandboxSpec
from labs.core.settings import settings
from provisioner.images import unpacked
from provisioner.images.e2e import E2E_IMAGES, REGISTRIES
from provisioner.labnode.engine import LabnodeEngine
from provisioner.toolchain import tools
from tests.conformance.results import Result, read

BUILD = Path("build/conformance")
NODES = 2
"""As upstream wants at least: some tests put pods on different nodes."""
LIMITS = Limits(cpu_cores=4.0, memory_mib=6144, pids=16384, disk_mib=12288)
GRACE_SECONDS = 120.0
"""For ginkgo to clean up and report once its time is over."""
SERIAL = "[Serial]"


def run(tests: Sequence[str], *, procs: int, until: float) -> Iterator[Mapping[str, Result]]:
    """Give the results of tests that may run side by side, then of those marked [Serial]; all in one lab.

    What is not over by `until` (seconds of `time.monotonic`) is not among them. The lab is gone at the end.
    """
    with _lab() as flags:
        for name, some, side_by_side in phases(tests, procs):
            if (left := until - time.monotonic()) > 0:
                sys.stderr.write(f"{len(some)} tests, {side_by_side} at once: {BUILD}/{name}.log\n")
                yield _ginkgo(name, some, flags, procs=side_by_side, limit_seconds=left)


def phases(tests: Sequence[str], procs: int) -> Iterator[tuple[str, Sequence[str], int]]:
    """Give what is run in one go, and how many at once. Few goes: the slowest tests wait minutes for one thing."""
    serial = [test for test in tests if SERIAL in test]
    if parallel := [test for test in tests if SERIAL not in test]:
        yield "parallel", parallel, procs
    if serial:
        yield "serial", serial, 1


@contextmanager
def _lab() -> Iterator[Sequence[str]]:
    """Give the suite's flags for a lab that is gone when the context ends."""
    home = settings().home
    home.mkdir(parents=True, exist_ok=True)
    engine = LabnodeEngine(settings(), images=lambda: unpacked.path(E2E_IMAGES))
    lab = new_lab_id("conformance")
    kubeconfig, registries = home / f"{lab}.kubeconfig", home / f"{lab}.registries.yaml"
    try:
        handle = engine.create(SandboxSpec(lab, LIMITS, nodes=NODES))
        kubeconfig.touch(mode=0o600)
        kubeconfig.write_text(handle.admin)
        registries.write_text(yaml.safe_dump(REGISTRIES))
        # as a variable: what the tests have in package variables is named before flags are read
        os.environ["KUBE_TEST_REPO_LIST"] = str(registries)
        yield [
            f"--kubeconfig={kubeconfig}",
            f"--kubectl-path={tools.path('kubectl')}",
            "--provider=skeleton",
            "--dump-logs-on-failure=false",
            "--disable-log-dump=true",
        ]
    finally:
        engine.destroy(lab)
        kubeconfig.unlink(missing_ok=True)
        registries.unlink(missing_ok=True)


def _ginkgo(
    name: str, tests: Sequence[str], flags: Sequence[str], *, procs: int, limit_seconds: float
) -> Mapping[str, Result]:
    """Run the tests, by their exact names; what ginkgo prints goes to a file."""
    BUILD.mkdir(parents=True, exist_ok=True)
    report = (BUILD / f"{name}.xml").resolve()
    report.unlink(missing_ok=True)
    command = [
        str(tools.path("ginkgo")), f"-procs={procs}", f"-timeout={limit_seconds:.0f}s", "-no-color", "-v",
        f"-junit-report={report.name}", f"-output-dir={report.parent}",
        *(f"-focus={re.escape(test)}$" for test in tests),
        str(tools.path("e2e")), "--", *flags,
    ]  # fmt: skip
    with (BUILD / f"{name}.log").open("w") as out:
        ginkgo = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            ginkgo.wait(limit_seconds + GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            sys.stderr.write(f"{name}: ginkgo did not end in time\n")
        finally:
            with suppress(ProcessLookupError):
                os.killpg(ginkgo.pid, signal.SIGKILL)
            ginkgo.wait()
    wanted = set(tests)
    found = read(report) if report.is_file() else {}
    return {test: result for test, result in found.items() if test in wanted}
