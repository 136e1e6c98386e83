"""Debian packages that the host needs: the one list of them, and how the missing ones are installed.

`python -m provisioner.toolchain.packages` (make setup) installs what is missing; `--list` prints the names.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from labs.core.errors import HostError


@dataclass(frozen=True, slots=True)
class Package:
    """A Debian package. `proof` is a command or an absolute path whose presence shows that it is not missing."""

    name: str
    proof: str
    reason: str


PACKAGES = (
    Package("gcc", "gcc", "compiles runc's C part"),
    Package("libc6-dev", "/usr/include/stdlib.h", "same"),
    Package("libseccomp-dev", "/usr/include/seccomp.h", "runc filters system calls"),
    Package("pkg-config", "pkg-config", "finds libseccomp for the Go compiler"),
    Package("iproute2", "ip", "makes a lab's links"),
    Package("e2fsprogs", "mkfs.ext4", "makes a lab's disk, which is what limits it"),
    Package("mount", "mount", "mounts it"),
    Package("nftables", "nft", "keeps labs apart from the host's networks"),
    Package("util-linux", "setpriv", "makes user namespaces; ends a build when the command that started it ends"),
)

Run = Callable[[Sequence[str]], int]
"""Runs a command with its output on our stderr and returns its exit status."""


def run(command: Sequence[str]) -> int:
    """The command's exit status. apt asks nothing."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False).returncode


def missing(packages: Sequence[Package] = PACKAGES) -> list[Package]:
    """The packages whose proof is not on this host."""
    return [each for each in packages if not _is_there(each.proof)]


def _is_there(proof: str) -> bool:
    return Path(proof).exists() if proof.startswith("/") else bool(shutil.which(proof, path=_path()))


def _path() -> str:
    return os.environ.get("PATH", os.defpath) + ":/usr/sbin:/sbin"


def install(*, run: Run = run, find_missing: Callable[[], list[Package]] = missing) -> list[Package]:
    """Every package is installed; returns those that were not before. Idempotent, and asks no one when all are there.

    A source of the host's that fails to update is tolerated as long as the packages can be had. Raises HostError.
    """
    absent = find_missing()
    if not absent:
        return []
    names = [each.name for each in absent]
    if not shutil.which("apt-get"):
        raise HostError(f"These are missing: {', '.join(names)}.", hint="Install them with this system's own packages.")
    if os.geteuid() != 0:
        raise HostError(f"These are missing: {', '.join(names)}.", hint=f"sudo apt-get install {' '.join(names)}")
    refresh(run=run)
    status = run(["apt-get", *WAIT_FOR_LOCK, "install", "--yes", "--no-install-recommends", *names])
    left = find_missing()
    if left:
        raise HostError(
            f"apt-get could not install {', '.join(each.name for each in left)} (exit status {status}).",
            hint=f"apt-get install {' '.join(names)}",
        )
    return absent


WAIT_FOR_LOCK = ("-o", "DPkg::Lock::Timeout=300")
"""Another apt (unattended upgrades, a second setup) may be at work: wait five minutes for it."""


def refresh(*, run: Run = run) -> None:
    """The lists of apt are as new as the host's sources let them be; a source that fails keeps its old list."""
    run(["apt-get", *WAIT_FOR_LOCK, "update", "--quiet=2"])


def main(arguments: Sequence[str] = tuple(sys.argv[1:])) -> int:
    """Run the module as a command."""
    if "--list" in arguments:
        sys.stdout.write("".join(f"{each.name}\n" for each in PACKAGES))
        return 0
    try:
        added = install()
    except HostError as error:
        sys.stderr.write(f"{error.message}\n{error.hint}\n")
        return error.exit_code
    if added:
        sys.stderr.write(f"Installed {', '.join(each.name for each in added)}.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
