"""The engine `labnode`: a cell for each node of a lab, and in it a Kubernetes node in one process."""

import shutil
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from labs.core.errors import HostError, InfrastructureError, NotFoundError
from labs.core.ids import LabId
from labs.core.ports import CandidateAccess, SandboxHandle, SandboxSpec
from labs.core.settings import Settings, settings
from provisioner.cell import cgroups
from provisioner.cell.cell import CellFiles, Cells
from provisioner.cell.nodeshell import end_node_commands, node_command
from provisioner.cell.shell import Beside, shell_command
from provisioner.cell.slots import ACCOUNT_SUFFIX, Slot
from provisioner.images import noderoot, unpacked
from provisioner.labnode import events, host
from provisioner.labnode.boot import boot
from provisioner.labnode.nodes import Node, all_cells, cell_of, node_name


class LabnodeEngine:
    """See Engine in labs.core.ports."""

    name = "labnode"
    kind = "kubernetes"

    def __init__(self, settings: Settings, images: Callable[[], unpacked.Unpacked] = unpacked.path) -> None:
        self._settings = settings
        self._images = images

    def problems(self) -> Sequence[str]:
        """Why this host cannot run a lab now, each with its remedy."""
        return host.problems(self._settings)

    def create(self, spec: SandboxSpec) -> SandboxHandle:
        """The node is Ready. Idempotent. See Engine.create for the errors."""
        cells = self._cells()
        if handle := self._existing(spec, cells):
            return handle
        if problems := host.problems(self._settings, needs_mib=host.needs_mib(spec), egress=spec.egress):
            raise HostError(problems[0], hint="`taller doctor` shows everything a lab needs.")
        self.destroy(spec.lab)
        try:
            numbers = range(1, spec.nodes + 1)
            nodes = [Node(number, cells.slots.reserve(cell_of(spec.lab, number))) for number in numbers]
            seconds = boot(cells, nodes, spec, self._images(), limit_seconds=self._settings.node_ready_timeout_seconds)
        except BaseException:
            self._keep_logs(spec.lab, cells)
            self.destroy(spec.lab)
            raise
        first = nodes[0].slot
        self._took(first, cells).write_text(f"{seconds:.3f}")
        return self._handle(first, cells)

    def is_alive(self, lab: LabId) -> bool:
        """Whether the first process of each of the lab's cells runs."""
        cells = self._cells()
        made = [cell for cell in all_cells(lab) if cell == lab or cells.slots.find(cell)]
        return all(cells.pid(cell) is not None for cell in made)

    def destroy(self, lab: LabId) -> None:
        """Nothing of the lab is left on the host."""
        cells = self._cells()
        for cell in reversed(all_cells(lab)):  # the first last: what is left of a lab is found by its name
            cells.destroy(cell)

    def set_running(self, lab: LabId, node: str, *, running: bool) -> None:
        """A node of the lab goes dead, everything on it, as a machine that hangs; or goes on where it stopped.

        For scenarios about a lost node; the lab counts as alive. Raises NotFoundError where no such node runs.
        """
        cells = self._cells()
        found = [cell for number, cell in enumerate(all_cells(lab), 1) if node_name(number) == node and cells.pid(cell)]
        if not found:
            raise NotFoundError(f"The lab {lab} has no running node {node!r}.", lab=lab)
        cgroups.set_frozen(found[0], frozen=not running)

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

    def audit_log(self, lab: LabId) -> str:
        """See Engine. Also of a node that has ended, until the lab is removed."""
        cells = self._cells()
        slot = cells.slots.find(lab)
        if slot is None:
            raise InfrastructureError(f"Lab {lab} is not on this host.", hint="`taller list` shows the labs.", lab=lab)
        return cells.read_record(slot).decode(errors="replace")

    def command_on_node(self, lab: LabId, command: Sequence[str], *, terminal: bool) -> Sequence[str]:
        """An argv that runs `command` as the root of the lab's first node. Raises InfrastructureError when it is dead.

        For labs whose scenarios ask for it: who runs it owns the cluster, and is nobody outside the lab's cell.
        """
        cells = self._cells()
        if cells.pid(lab) is None:
            raise InfrastructureError(f"Lab {lab} does not run.", hint="`taller list` shows the labs.", lab=lab)
        return node_command(cells, lab, command, terminal=terminal)

    def end_commands(self, lab: LabId) -> None:
        """The candidate's shells are closed, and with them every connection that they had."""
        cells = self._cells()
        for cell in all_cells(lab):
            cells.end_shells(cell)
        end_node_commands(lab)

    def _existing(self, spec: SandboxSpec, cells: Cells) -> SandboxHandle | None:
        """The lab's sandbox, where there is one; also one whose maker was killed, if it comes up by itself."""
        slot = cells.slots.find(spec.lab)
        if slot is None or cells.pid(spec.lab) is None:
            return None
        if spec.nodes > 1 and not self._took(slot, cells).exists():
            return None  # nobody knows how far its maker got with the other nodes
        return self._handle(slot, cells)

    def _took(self, slot: Slot, cells: Cells) -> Path:
        """How long the boot took; missing while nobody was let in."""
        return cells.files(slot.home, slot.lab).lab_directory / "node-ready-seconds"

    def _handle(self, slot: Slot, cells: Cells) -> SandboxHandle:
        files = cells.files(slot.home, slot.lab)
        took = self._took(slot, cells)
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

    def _keep_logs(self, lab: LabId, cells: Cells) -> None:
        """What the nodes said before they are removed, for whoever looks into why."""
        for cell in all_cells(lab):
            if slot := cells.slots.find(cell):
                self._keep_log(slot, cells)

    def _keep_log(self, slot: Slot, cells: Cells) -> None:
        """What the node said before it is removed, for whoever looks into why."""
        cells.stop_listening(slot.lab)
        files: CellFiles = cells.files(slot.home, slot.lab)
        kept = self._settings.home / "failed" / slot.lab
        pid = cells.pid(slot.lab)
        kept.mkdir(parents=True, exist_ok=True)
        if files.events.exists():
            (kept / files.events.name).write_text(events.without_secrets(files.events))
        if files.log.exists():
            shutil.copy(files.log, kept / files.log.name)
        if pid:
            for name in ("labnode.log", "containerd.log"):
                log = Path(f"/proc/{pid}/root/var/log/{name}")
                if log.is_file() and not log.is_symlink():
                    shutil.copy(log, kept / name)

    def _cells(self) -> Cells:
        return Cells(self._settings, runc=lambda: noderoot.path() / "usr/local/bin/runc", nft=nft_command())


@cache
def nft_command() -> tuple[str, ...]:
    """An argv that runs nftables on the host: the host's own, else any node root's; empty when there is neither."""
    if found := shutil.which("nft"):
        return (found,)
    roots = sorted((settings().cache / "noderoot").glob("root-*"), key=lambda path: path.stat().st_mtime)
    return ("chroot", str(roots[-1]), "/usr/sbin/nft") if roots else ()
