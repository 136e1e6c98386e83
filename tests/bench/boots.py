"""`make bench-boots N=100`: boot and remove a lab again and again, to find races that one boot in many shows.

Such as the one of pkg/volume/csi's package global (provisioner's DESIGN): the node never becomes Ready. Each boot is
waited for until its DNS server runs too. Prints median, least, most and the failures, whose logs are kept.
"""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

from labs.core.errors import TallerError
from labs.core.ids import new_lab_id
from labs.core.ports import Limits, SandboxSpec
from labs.core.probes import ObjectRef
from labs.core.settings import Settings
from provisioner.inventory import host_inventory
from provisioner.kubernetes.sandbox import KubernetesSandbox
from provisioner.labnode.engine import LabnodeEngine

DEFAULT_BOOTS = 10
DNS_SECONDS = 30.0
LIMITS = Limits(memory_mib=1200, disk_mib=1024)


def boot(engine: LabnodeEngine) -> dict[str, float]:
    """Return the seconds that one lab took to be Ready, to answer names, and to be gone. Raises TallerError."""
    spec = SandboxSpec(new_lab_id("boots"), LIMITS)
    begun = time.monotonic()
    try:
        handle = engine.create(spec)
        ready = time.monotonic()
        sandbox = KubernetesSandbox(handle.admin)
        coredns = ObjectRef("apps/v1", "Deployment", "coredns", "kube-system")
        while not ((sandbox.reader.get(coredns) or {}).get("status") or {}).get("availableReplicas"):
            if time.monotonic() - ready > DNS_SECONDS:
                raise TallerError(f"CoreDNS is not available after {DNS_SECONDS:.0f} s")
            time.sleep(0.05)
        answering = time.monotonic()
        sandbox.close()
    finally:
        ending = time.monotonic()
        engine.destroy(spec.lab)
    gone = time.monotonic()
    if left := [f"{each.kind} {each.name}" for each in host_inventory() if each.lab == spec.lab]:
        raise TallerError(f"left on the host: {', '.join(left)}")
    return {"Ready": ready - begun, "DNS": answering - begun, "gone": gone - ending}


def main() -> int:
    """Boot N times; 1 when one of them failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.boots", description=__doc__)
    parser.add_argument("boots", nargs="?", type=int, default=DEFAULT_BOOTS)
    count = parser.parse_args().boots
    home = Path(tempfile.mkdtemp(prefix="taller-boots-"))
    engine, took, failures = LabnodeEngine(Settings(home=home)), [], []
    for number in range(count):
        try:
            took.append(boot(engine))
            sys.stderr.write(f"{number + 1}/{count} {took[-1]['Ready']:.2f} s\n")
        except TallerError as error:
            failures.append(f"boot {number + 1}: {error.message}")
            sys.stderr.write(f"{number + 1}/{count} failed: {error.message}\n")
    sys.stdout.write(f"{'seconds':10}{'median':>9}{'min':>9}{'max':>9}\n")
    for name in took[0] if took else ():
        values = [each[name] for each in took]
        sys.stdout.write(f"{name:10}{statistics.median(values):9.2f}{min(values):9.2f}{max(values):9.2f}\n")
    sys.stdout.write(f"{len(failures)} of {count} boots failed\n")
    for failure in failures:
        sys.stdout.write(f"  {failure}\n")
    if failures:
        sys.stdout.write(f"  logs: {home}/failed\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
