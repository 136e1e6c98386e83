"""Commands in a sandbox's own cell, as its root: for labs in which the node itself is what a candidate works on.

runc puts them into the cell's namespaces, with its system-call filter and capabilities, and into a cgroup of their own
below the lab's, by which they are found when the lab is frozen.
"""

import os
import secrets
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from labs.core.ids import LabId
from provisioner.cell import cgroups
from provisioner.cell.cell import Cells
from provisioner.cell.spec import SHELL_PREFIX

HOME = "/root"
_ENVIRONMENT = (f"HOME={HOME}", "KUBECONFIG=/etc/kubernetes/admin.conf", "LANG=C.UTF-8", r"PS1=\h:\w# ")


def node_command(cells: Cells, lab: LabId, command: Sequence[str], *, terminal: bool) -> Sequence[str]:
    """An argv that runs `command` in the lab's own cell and ends with its exit code."""
    group = f"{SHELL_PREFIX}{secrets.token_hex(4)}"
    cgroups.make_below(lab, group)
    environment = [*_ENVIRONMENT, f"TERM={os.environ.get('TERM', 'xterm')}"]
    options = [word for each in environment for word in ("--env", each)]
    if terminal and sys.stdin.isatty() and sys.stdout.isatty():
        options.append("--tty")
    return cells.exec_argv(lab, ["--cwd", HOME, "--cgroup", group, *options], command)


def end_node_commands(lab: LabId) -> None:
    """Nothing of the host's passes words between anybody and a command in the lab's cell any more. Idempotent.

    A candidate who was root there can have left programs running, in groups of their own choosing; they are part of
    the work that is graded, and speak to nobody outside.
    """
    for process in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            words = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
            if process.stat().st_uid == 0 and "runc" in words[0] and "exec" in words[1:4] and lab in words:
                os.kill(int(process.name), signal.SIGKILL)
