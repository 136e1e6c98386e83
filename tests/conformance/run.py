"""Running chosen tests of upstream's suite: a lab for them, and ginkgo in batches, so that early results are kept."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
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
BATCH = 150
GRACE_SECONDS = 120.0
"""For ginkgo to clean up and report once its time is over."""
SERIAL = "[Serial]"


def run(tests: Sequence[str], *, procs: int, until: float) -> Iterator[Mapping[str, Result]]:
    """Give each batch's results as it ends; none is begun after `until` (seconds of `time.monotonic`).

    Tests marked [Serial] come last, one after the other. All run in one lab, which is gone at the end.
    """
    with _lab() as flags:
        for number, (batch, side_by_side) in enumerate(_batches(tests, procs), 1):
            left = until - time.monotonic()
            if left <= 0:
                return
            sys.stderr.write(f"batch {number}: {len(batch)} tests, {side_by_side} at once\n")
            yield _ginkgo(f"batch-{number}", batch, flags, procs=side_by_side, limit_seconds=left)


def _batches(tests: Sequence[str], procs: int) -> Iterator[tuple[Sequence[str], int]]:
    parallel = [test for test in tests if SERIAL not in test]
    serial = [test for test in tests if SERIAL in test]
    for some, side_by_side in ((parallel, procs), (serial, 1)):
        for start in range(0, len(some), BATCH):
            yield some[start : start + BATCH], side_by_side


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
        yield [
            f"--kubeconfig={kubeconfig}",
            f"--kube-test-repo-list={registries}",
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
        try:
            subprocess.run(
                command, stdout=out, stderr=subprocess.STDOUT, check=False, timeout=limit_seconds + GRACE_SECONDS
            )
        except subprocess.TimeoutExpired:
            sys.stderr.write(f"{name}: ginkgo did not end in time\n")
    wanted = set(tests)
    found = read(report) if report.is_file() else {}
    return {test: result for test, result in found.items() if test in wanted}
