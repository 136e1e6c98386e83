"""Debian packages fetched by the host's own apt and unpacked into a directory, without running their scripts.

apt resolves the packages' dependencies against an empty system, so the set is complete whatever the host has
installed, and it uses the host's sources, mirrors, proxies and keys.
"""

import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from labs.core.errors import HostError, ToolchainError
from provisioner.toolchain import packages

LEFT_OUT = ("usr/share/doc", "usr/share/man", "usr/share/info", "usr/share/locale", "usr/share/lintian")
"""Nobody reads manuals in a lab's node; half of the size."""


def download(names: Sequence[str], into: Path, *, refresh: Callable[[], None] = packages.refresh) -> list[Path]:
    """The .deb files of the packages and of all they depend on are in `into`. Raises HostError without apt."""
    (into / "partial").mkdir(parents=True, exist_ok=True)
    status = into / "status"
    status.touch()
    command = [
        "apt-get", "--yes", "--quiet=2", "--no-install-recommends", "--download-only",
        "-o", f"Dir::State::status={status}",
        "-o", f"Dir::Cache::archives={into}/",
        "-o", "Dir::Cache::pkgcache=", "-o", "Dir::Cache::srcpkgcache=",
        "-o", "APT::Sandbox::User=root",
        "-o", "Debug::NoLocking=1",
        "install", *names,
    ]  # fmt: skip
    answer = _apt(command)
    if answer.returncode:  # a new machine has no lists yet, or ones so old that their files are gone
        refresh()
        answer = _apt(command)
    if answer.returncode:
        raise ToolchainError(
            f"apt-get cannot fetch {', '.join(names)}:\n{(answer.stdout + answer.stderr).strip()[-2000:]}",
            hint="`apt-get update` shows which of this host's package sources fails.",
        )
    return sorted(into.glob("*.deb"))


def _apt(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    except FileNotFoundError as error:
        raise HostError(
            "There is no apt-get.", hint="Labs are made of Debian packages: use Debian or Ubuntu."
        ) from error


def unpack(debs: Sequence[Path], root: Path, *, leave_out: Sequence[str] = LEFT_OUT) -> None:
    """The packages' files are under `root`, owners and modes kept. Symbolic links to directories there are followed."""
    excluded = [f"--exclude=./{path}/*" for path in leave_out]
    for deb in debs:
        with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", deb], stdout=subprocess.PIPE) as content:
            subprocess.run(
                ["tar", "-x", "-p", "-C", root, "--keep-directory-symlink", *excluded], stdin=content.stdout, check=True
            )
        if content.returncode:
            raise ToolchainError(f"{deb.name} cannot be unpacked.", hint="Fetch it again: it may be cut short.")
