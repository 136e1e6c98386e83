"""A lab's workspace: the candidate's files that stay from one shell to the next, on a small disk of their own.

The disk is mounted in the mount namespaces of the lab's cells and nowhere else: first in the sandbox's cell, which
holds it as long as it lives, then in each shell's. The host never looks into it, so nothing in it (a link, a device)
can lead the host anywhere; it ends with the sandbox's first process. Ids on the disk are those within a cell: every
mount maps them to the cell's own range, so that the shells of all the lab's sandboxes see the same owner.
"""

import os
import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from labs.core.errors import InfrastructureError
from labs.core.probes import WORKSPACE
from provisioner.cell.spec import CellSpec

SIZE_MIB = 128
PLACE = WORKSPACE
"""In a shell."""
HELD_AT = "/mnt"
"""In the sandbox's cell, whose server may not enter: the directory is the candidate's."""
LOOP_MAJOR = 7
_OPTIONS = "noatime,nosuid,nodev"


def holding(spec: CellSpec, mount_point: Path) -> CellSpec:
    """The sandbox's cell with the workspace, which the mount script puts at `mount_point` on the host's side."""
    return replace(spec, writable_mounts={**spec.writable_mounts, HELD_AT: mount_point})


def mount_script(disk: Path, name: Path, mount_point: Path) -> str:
    """Shell commands that mount the disk, known to the kernel by `name` (see cell.disk.loop_name)."""
    file, alias, place = (shlex.quote(str(path)) for path in (disk, name, mount_point))
    return f"""
mkdir -p {place}
ln -f {file} {alias}
mount -t ext4 -o loop,{_OPTIONS} {alias} {place}
rm {alias}
rmdir {place}/lost+found 2>/dev/null || true
"""


def device(sandbox_pid: int) -> Path | None:
    """The block device of the workspace that the cell of that process holds; None when it has none.

    Raises InfrastructureError when the process has ended.
    """
    try:
        found, root = (os.lstat(f"/proc/{sandbox_pid}/root{place}").st_dev for place in (HELD_AT, "/"))
    except FileNotFoundError:
        if Path(f"/proc/{sandbox_pid}").exists():
            return None
        raise InfrastructureError("The sandbox does not run any more.", hint="`taller down` removes the lab.") from None
    if os.major(found) != LOOP_MAJOR or found == root:  # a node's own disk is one too
        return None
    return Path("/dev") / Path(f"/sys/dev/block/{os.major(found)}:{os.minor(found)}").resolve().name


def with_workspace(argv: Sequence[str], block_device: Path, mount_point: Path) -> Sequence[str]:
    """An argv that runs `argv` in a mount namespace of its own, in which the workspace is at `mount_point`."""
    mount_point.mkdir(parents=True, exist_ok=True)
    mount = shlex.join(["mount", "-t", "ext4", "-o", _OPTIONS, str(block_device), str(mount_point)])
    return ["unshare", "--mount", "--propagation", "private", "sh", "-c", f'{mount} && exec "$@"', "sh", *argv]
