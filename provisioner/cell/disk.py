"""A cell's disk: a sparse ext4 file, so that a full disk is the lab's problem and never the host's."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from provisioner.cell.command import run_tool
from provisioner.cell.slots import LINK_PREFIX

_DIRECTORIES = (
    "dev etc home mnt opt proc root run srv sys tmp usr var var/cache var/lib var/log var/tmp var/spool "
    "var/lib/containerd var/lib/kubelet"
).split()
_LINKS = {"bin": "usr/bin", "sbin": "usr/sbin", "lib": "usr/lib", "lib64": "usr/lib64", "var/run": "/run"}


@dataclass(frozen=True, slots=True)
class Disk:
    """A cell's disk and what is on it at the start."""

    size_mib: int
    copies: Mapping[str, Path] = field(default_factory=dict)
    """Place, relative to the root → file or directory of the host, copied in this order."""


def loop_name(home: Path, number: int) -> Path:
    """The name, gone once it is mounted, by which the kernel knows the disk of a slot, and shows it in /sys/block."""
    return home / f"{LINK_PREFIX}{number}.ext4"


def make_disk(path: Path, *, size_mib: int, owner: int) -> None:
    """Make a file with an empty ext4 whose root directory belongs to `owner`. Takes 20 ms: tables are written lazily.

    No journal: the disk does not outlive a crash of the host.
    """
    with path.open("wb") as file:
        file.truncate(size_mib * 2**20)
    options = f"root_owner={owner}:{owner},lazy_itable_init=1,nodiscard"
    run_tool(["mkfs.ext4", "-q", "-F", "-O", "^has_journal", "-m", "0", "-i", "65536", "-E", options, str(path)])


def root_script(disk: Disk, owner: int) -> str:
    """Shell commands that lay out a root file system in the current directory: skeleton, links, copies."""
    links = "\n".join(f"ln -sfn {target} {name}" for name, target in _LINKS.items())
    copies = "\n".join(_copy(source, place) for place, source in disk.copies.items())
    return f"""
mkdir -p {" ".join(_DIRECTORIES)}
{links}
{copies}
chmod 1777 tmp var/tmp
chmod 700 root
chown -hR {owner}:{owner} .
"""


def _copy(source: Path, place: str) -> str:
    if source.is_dir():
        return f"mkdir -p {shlex.quote(place)}; cp -a {shlex.quote(str(source))}/. {shlex.quote(place)}/"
    parent = shlex.quote(str(Path(place).parent))
    return f"mkdir -p {parent}; cp {shlex.quote(str(source))} {shlex.quote(place)}"
