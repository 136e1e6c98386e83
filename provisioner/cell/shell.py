"""A candidate's shell: a cell of its own beside the sandbox's. Same network and limits, nothing else in common.

It runs as an ordinary user without capabilities in the lab's user namespace, with its own processes and files; the
node's keys are in the node's cell only. Its root lies on a file system of the host's and is read-only; what a candidate
writes is in memory, which the lab's limit counts.
"""

import json
import os
import secrets
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from labs.core.ports import CandidateAccess
from provisioner.cell.cell import Cells
from provisioner.cell.root import lay_out
from provisioner.cell.slots import Slot
from provisioner.cell.spec import SHELL_PREFIX, CellSpec, oci_config
from provisioner.cell.workspace import PLACE, device, with_workspace

CANDIDATE_UID = 1000
HOME = "/home"
CLUSTER_RESOLVER = "nameserver 10.43.0.10\nsearch svc.cluster.local cluster.local\n"


@dataclass(frozen=True, slots=True)
class Beside:
    """What a shell is put beside: a process of the sandbox, and one of the sandbox that holds the lab's workspace."""

    sandbox_pid: int
    workspace_pid: int | None = None


def shell_command(
    cells: Cells, slot: Slot, *, beside: Beside, command: Sequence[str], access: CandidateAccess, usr: Path
) -> Sequence[str]:
    """Lay out a bundle for one command and return the argv that runs it and ends with its exit code.

    The bundle goes with the lab; the container goes when the command ends.
    """
    name = f"{slot.lab}.{secrets.token_hex(4)}"
    bundle = cells.files(slot.home, slot.lab).cell_directory / "shells" / name
    root = bundle / "root"
    _lay_out(root, owner=slot.first_id + CANDIDATE_UID, kubeconfig=access.kubeconfig)
    workspace = device(beside.workspace_pid) if beside.workspace_pid else None
    spec = CellSpec(
        args=list(command),
        root=root,
        first_id=slot.first_id,
        cgroup=f"/taller/{slot.lab}/{SHELL_PREFIX}{name.rpartition('.')[2]}",
        hostname="lab",
        limits=None,
        read_only_mounts={"/usr": usr},
        writable_mounts={PLACE: bundle / "workspace"} if workspace else {},
        namespaces={
            "user": f"/proc/{beside.sandbox_pid}/ns/user",
            "network": f"/proc/{beside.sandbox_pid}/ns/net",
        },
        env=[
            f"HOME={HOME}",
            f"KUBECONFIG={HOME}/.kube/config",
            *(f"{name}={value}" for name, value in access.environment.items()),
            f"TERM={os.environ.get('TERM', 'xterm')}",
            "LANG=C.UTF-8",
            r"PS1=lab:\w\$ ",
        ],
        terminal=access.terminal and sys.stdin.isatty() and sys.stdout.isatty(),
        unprivileged_user=CANDIDATE_UID,
        cwd=PLACE if workspace else HOME,
    )
    (bundle / "config.json").write_text(json.dumps(oci_config(spec)))
    argv = cells.run_argv(bundle, name)
    return with_workspace(argv, workspace, bundle / "workspace") if workspace else argv


def _lay_out(root: Path, *, owner: int, kubeconfig: str) -> None:
    lay_out(root)
    (root / "etc/passwd").write_text(f"candidate:x:{CANDIDATE_UID}:{CANDIDATE_UID}::{HOME}:/bin/bash\n")
    (root / "etc/group").write_text(f"candidate:x:{CANDIDATE_UID}:\n")
    (root / "etc/resolv.conf").write_text(CLUSTER_RESOLVER if kubeconfig else "")
    if not kubeconfig:
        return
    private = root / HOME.lstrip("/") / ".kube"
    private.mkdir()
    (private / "config").touch(mode=0o600)
    (private / "config").write_text(kubeconfig)
    for path in (private, private / "config"):
        os.chown(path, owner, owner)
