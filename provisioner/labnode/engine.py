"""The engine `labnode`: one cell per lab, and in it a Kubernetes node in one process."""

import json
import shutil
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from labs.core.errors import HostError, InfrastructureError
from labs.core.ids import LabId
from labs.core.ports import CandidateAccess, SandboxHandle, SandboxSpec
from labs.core.settings import Settings, settings
from provisioner.cell.cell import CellFiles, Cells
from provisioner.cell.disk import Disk
from provisioner.cell.shell import CANDIDATE_UID, Beside, shell_command
from provisioner.cell.slots import ACCOUNT_SUFFIX, Slot
from provisioner.cell.spec import CellSpec
from provisioner.images import noderoot, unpacked
from provisioner.labnode import events, host

NODE_NAME = "node1"
POD_CIDR = "10.42.0.0/24"
SERVICE_CIDR = "10.43.0.0/16"
API_IP = "10.43.0.1"
DNS_IP = "10.43.0.10"
CONTAINERD_ROOT = "var/lib/containerd"


class LabnodeEngine:
    """See Engine in labs.core.ports."""

    name = "labnode"
    kind = "kubernetes"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def problems(self) -> Sequence[str]:
        """Why this host cannot run a lab now, each with its remedy."""
        return host.problems(self._settings)

    def create(self, spec: SandboxSpec) -> SandboxHandle:
        """The node is Ready. Idempotent. See Engine.create for the errors."""
        cells = self._cells()
        if (slot := cells.slots.find(spec.lab)) and cells.pid(spec.lab):
            return self._handle(slot, cells)
        if problems := host.problems(self._settings, egress=spec.egress):
            raise HostError(problems[0], hint="`taller doctor` shows everything a lab needs.")
        cells.destroy(spec.lab)
        slot = cells.slots.reserve(spec.lab)
        try:
            self._boot(slot, spec, cells)
        except BaseException:
            self._keep_log(slot, cells)
            cells.destroy(spec.lab)
            raise
        return self._handle(slot, cells)

    def is_alive(self, lab: LabId) -> bool:
        """Whether the cell's first process runs."""
        return self._cells().pid(lab) is not None

    def destroy(self, lab: LabId) -> None:
        """Nothing of the lab is left on the host."""
        self._cells().destroy(lab)

    def command_in_cell(self, lab: LabId, command: Sequence[str], access: CandidateAccess) -> Sequence[str]:
        """An argv that runs `command` in a cell beside the node: its network, a file system and processes of its own.

        Raises InfrastructureError when the lab does not run.
        """
        cells = self._cells()
        slot, pid = cells.slots.find(lab), cells.pid(lab)
        if slot is None or pid is None:
            raise InfrastructureError(f"Lab {lab} does not run.", hint="`taller list` shows the labs.", lab=lab)
        beside = Beside(pid, cells.pid(LabId(f"{lab}{ACCOUNT_SUFFIX}")) or pid)
        return shell_command(cells, slot, beside=beside, command=command, access=access, usr=noderoot.path() / "usr")

    def end_commands(self, lab: LabId) -> None:
        """The candidate's shells are closed, and with them every connection that they had."""
        self._cells().end_shells(lab)

    def _boot(self, slot: Slot, spec: SandboxSpec, cells: Cells) -> None:
        root, images, files = noderoot.path(), unpacked.path(), cells.files(slot.home, slot.lab)
        started = time.time()
        cell = CellSpec(
            args=["tini", "--", "labnode", "run", "/etc/taller.json"],
            root=files.root,
            first_id=slot.first_id,
            cgroup=f"/taller/{spec.lab}",
            hostname=NODE_NAME,
            limits=spec.limits,
            read_only_mounts={
                "/usr": root / "usr",
                "/opt/cni": root / "opt/cni",
                **{f"/{CONTAINERD_ROOT}/{place}": images.root / place for place in images.shared},
            },
        )
        node_config = files.lab_directory / "node.json"
        files.lab_directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        node_config.write_text(json.dumps(_node_config(slot, spec)))
        copies = {
            "etc": root / "etc",
            "etc/taller.json": node_config,
            **{f"{CONTAINERD_ROOT}/{place}": images.root / place for place in images.databases},
        }
        owner = CANDIDATE_UID if spec.workspace else None
        cells.start(slot, cell, disk=Disk(spec.limits.disk_mib, copies), egress=spec.egress, workspace_owner=owner)
        events.follow(
            files.events,
            until="ready",
            limit_seconds=self._settings.node_ready_timeout_seconds,
            is_alive=lambda: cells.pid(spec.lab) is not None,
        )
        cells.stop_listening(spec.lab)
        (files.lab_directory / "node-ready-seconds").write_text(f"{time.time() - started:.3f}")

    def _handle(self, slot: Slot, cells: Cells) -> SandboxHandle:
        files = cells.files(slot.home, slot.lab)
        took = files.lab_directory / "node-ready-seconds"
        if not took.exists():  # whoever made the lab was killed before it was ready, so before anybody was let in
            cells.listen(slot)
        said = events.follow(
            files.events,
            until="ready",
            limit_seconds=self._settings.node_ready_timeout_seconds,
            is_alive=lambda: cells.pid(slot.lab) is not None,
        )
        cells.stop_listening(slot.lab)
        if not took.exists():
            took.write_text(f"{said['ready']['seconds']:.3f}")
        return SandboxHandle(slot.lab, self.name, str(slot.address), said["api"]["kubeconfig"], float(took.read_text()))

    def _keep_log(self, slot: Slot, cells: Cells) -> None:
        """What the node said before it is removed, for whoever looks into why."""
        cells.stop_listening(slot.lab)
        files: CellFiles = cells.files(slot.home, slot.lab)
        kept = self._settings.home / "failed" / slot.lab
        pid = cells.pid(slot.lab)
        kept.mkdir(parents=True, exist_ok=True)
        for name in ("events.jsonl", "runc.log"):
            if (files.lab_directory / name).exists():
                shutil.copy(files.lab_directory / name, kept / name)
        if pid:
            for name in ("labnode.log", "containerd.log"):
                log = Path(f"/proc/{pid}/root/var/log/{name}")
                if log.is_file() and not log.is_symlink():
                    shutil.copy(log, kept / name)

    def _cells(self) -> Cells:
        return Cells(self._settings, runc=lambda: noderoot.path() / "usr/local/bin/runc", nft=nft_command())


def _node_config(slot: Slot, spec: SandboxSpec) -> dict[str, object]:
    return {
        "node_name": NODE_NAME,
        "node_ip": str(slot.address),
        "node_prefix": slot.network.prefixlen,
        "gateway_ip": str(slot.gateway),
        "egress": spec.egress,
        "pod_cidr": POD_CIDR,
        "service_cidr": SERVICE_CIDR,
        "api_ip": API_IP,
        "dns_ip": DNS_IP,
    }


@cache
def nft_command() -> tuple[str, ...]:
    """An argv that runs nftables on the host: the host's own, else any node root's; empty when there is neither."""
    if found := shutil.which("nft"):
        return (found,)
    roots = sorted((settings().cache / "noderoot").glob("root-*"), key=lambda path: path.stat().st_mtime)
    return ("chroot", str(roots[-1]), "/usr/sbin/nft") if roots else ()
