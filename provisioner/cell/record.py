"""A record that a cell's first process writes and nobody in the cell can read, take back, or let grow without bound.

It is a file on a small disk of its own, mounted nowhere: the first process is given it open for appending. It belongs
to the host's root, so that nobody in the cell can open it again, and is marked append-only, so that the descriptor
cannot be turned into one that overwrites. The disk ends with the cell's last process, its file with the lab.
"""

import os
import shlex
import stat
import subprocess
from pathlib import Path

from labs.core.errors import InfrastructureError
from provisioner.cell.workspace import LOOP_MAJOR

SIZE_MIB = 16
BYTES = 14 * 2**20
"""What the file may hold; the rest is the disk's own."""
DESCRIPTOR = 3
"""Where the first process finds it."""
_NAME = "record"


def open_script(disk: Path, name: Path, mount_point: Path) -> str:
    """Shell commands after which the file is open as DESCRIPTOR, and its disk (for `name` see loop_name) hidden."""
    image, alias, place = (shlex.quote(str(path)) for path in (disk, name, mount_point))
    file = shlex.quote(str(mount_point / _NAME))
    return f"""
mkdir -p {place}
ln -f {image} {alias}
mount -t ext4 -o loop,noatime,nosuid,nodev,noexec {alias} {place}
rm {alias}
(umask 077; : > {file})
chattr +a {file}
exec {DESCRIPTOR}>>{file}
umount -l {place}
"""


def read(pid: int | None, disk: Path, mount_point: Path) -> bytes:
    """What was recorded: by the cell whose first process is `pid`, or, when it has ended, what its disk holds.

    Raises InfrastructureError when there is no record, or the descriptor is not the one that was given.
    """
    return _read_living(pid) if pid else _read_dead(disk, mount_point)


def _read_living(pid: int) -> bytes:
    try:
        descriptor = os.open(f"/proc/{pid}/fd/{DESCRIPTOR}", os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise InfrastructureError(f"The record cannot be opened: {error.strerror}.") from error
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        # The cell's root can put something else there: a pipe, a device, a file of its own.
        is_ours = stat.S_ISREG(found.st_mode) and found.st_uid == 0 and os.major(found.st_dev) == LOOP_MAJOR
        if not is_ours:
            raise InfrastructureError("The record was replaced from inside the lab.")
        return file.read(SIZE_MIB * 2**20)


def _read_dead(disk: Path, mount_point: Path) -> bytes:
    if not disk.exists():
        raise InfrastructureError("There is no record.")
    mount_point.mkdir(parents=True, exist_ok=True)
    mount = shlex.join(["mount", "-t", "ext4", "-o", "loop,ro,nosuid,nodev,noexec", str(disk), str(mount_point)])
    show = shlex.join(["cat", str(mount_point / _NAME)])
    done = subprocess.run(
        ["unshare", "--mount", "--propagation", "private", "sh", "-c", f"{mount} && {show}"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise InfrastructureError(f"The record cannot be read: {done.stderr.decode(errors='replace').strip()[-500:]}")
    return done.stdout
