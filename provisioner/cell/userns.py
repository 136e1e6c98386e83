"""A cell's user namespace, made by the cell's own root and not by the host's.

The kernel counts inotify instances, namespaces and the like of a user namespace against the uid that made it
(user_namespaces(7), "ucounts"): made by the host's root, one lab could use up what the host and all labs share.
"""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from labs.core.errors import InfrastructureError
from provisioner.cell.slots import IDS_PER_LAB

MAKE_SECONDS = 10.0
"""It takes 10 ms; a host where it takes seconds is stuck."""
HOLD_SECONDS = 60
"""A holder whose maker was killed goes by itself; a sweep finds it earlier by its uid."""


def holder_argv(first_id: int) -> list[str]:
    """An argv that makes a user namespace as `first_id` and stays in it.

    The one capability is for hosts where only root may make user namespaces (Debian's unprivileged_userns_clone=0).
    """
    credentials = [f"--reuid={first_id}", f"--regid={first_id}", "--clear-groups"]
    capability = ["--inh-caps=+sys_admin", "--ambient-caps=+sys_admin"]
    return ["setpriv", *credentials, *capability, "unshare", "--user", "sleep", str(HOLD_SECONDS)]


@contextmanager
def user_namespace(first_id: int) -> Iterator[Path]:
    """Give the path of a fresh user namespace of the ids from `first_id`, good within the context, and for who joined.

    Raises InfrastructureError when it cannot be made.
    """
    holder = subprocess.Popen(holder_argv(first_id), stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        _wait_for_namespace(holder)
        for kind in ("uid_map", "gid_map"):
            Path(f"/proc/{holder.pid}/{kind}").write_text(f"0 {first_id} {IDS_PER_LAB}\n")
        descriptor = os.open(f"/proc/{holder.pid}/ns/user", os.O_RDONLY)
    finally:
        holder.kill()
        holder.wait()
        if holder.stderr:
            holder.stderr.close()
    try:
        yield Path(f"/proc/{os.getpid()}/fd/{descriptor}")
    finally:
        os.close(descriptor)


def _wait_for_namespace(holder: "subprocess.Popen[str]") -> None:
    deadline, ours = time.monotonic() + MAKE_SECONDS, Path("/proc/self/ns/user").readlink()
    while time.monotonic() < deadline:
        if holder.poll() is not None:
            words = holder.stderr.read().strip() if holder.stderr else ""
            raise InfrastructureError(
                f"A user namespace could not be made: {words}",
                hint="Does the host allow them? sysctl -w user.max_user_namespaces=65536",
            )
        if Path(f"/proc/{holder.pid}/ns/user").readlink() != ours:
            return
        time.sleep(0.002)
    raise InfrastructureError(f"A user namespace was not made within {MAKE_SECONDS:.0f} s.")
