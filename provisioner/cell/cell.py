"""Cells on this host: made by runc in a mount namespace of their own, so that a cell's disk is mounted nowhere else.

Killing a cell's first process ends every process in it (pid namespace), which ends its mounts, loop device and
link with it; what is left are cgroups, an nftables table and files, and `destroy` removes those.
"""

import json
import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from labs.core.errors import InfrastructureError
from labs.core.ids import LabId
from labs.core.settings import Settings
from provisioner.cell import cgroups, network, record, workspace
from provisioner.cell.disk import Disk, loop_name, make_disk, root_script
from provisioner.cell.output import Listener, make_output, said
from provisioner.cell.slots import IDS_PER_LAB, LINK_PREFIX, Slot, Slots, unknown_slot
from provisioner.cell.spec import SHELL_PREFIX, CellSpec, oci_config
from provisioner.cell.userns import user_namespace

CREATE_TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class CellFiles:
    """Where a lab's cell lives on the host."""

    lab_directory: Path
    """Under TALLER_HOME: disk, logs."""
    cell_directory: Path
    """Under the run directory, which the cell's root may traverse: bundle, mount point."""

    @property
    def disk(self) -> Path:
        """The disk's file."""
        return self.lab_directory / "disk.ext4"

    @property
    def workspace_disk(self) -> Path:
        """The file of the candidate's workspace, where the sandbox holds one."""
        return self.lab_directory / "workspace.ext4"

    @property
    def workspace(self) -> Path:
        """Its mount point (in mount namespaces of cells only)."""
        return self.cell_directory / "workspace"

    @property
    def record_disk(self) -> Path:
        """The file behind the record of what is done, where the sandbox keeps one."""
        return self.lab_directory / "record.ext4"

    @property
    def record(self) -> Path:
        """Its mount point, for moments only."""
        return self.cell_directory / "record"

    @property
    def events(self) -> Path:
        """What the first process writes on its standard output while it is listened to."""
        return self.lab_directory / "events.jsonl"

    @property
    def log(self) -> Path:
        """What runc and the first process write on standard error while it is listened to."""
        return self.lab_directory / "runc.log"

    @property
    def root(self) -> Path:
        """The mount point of the disk (in the cell's own mount namespace only)."""
        return self.cell_directory / "root"


class Cells:
    """Makes and removes cells.

    `runc` finds the runtime when a cell is made; removing one needs only `nft`, the argv of an nftables command, so
    that a lab goes also when the toolchain is gone.
    """

    def __init__(self, settings: Settings, *, runc: Callable[[], Path], nft: tuple[str, ...]) -> None:
        self._settings = settings
        self._find_runc = runc
        self._nft = nft
        self._listeners: dict[LabId, Listener] = {}
        self.slots = Slots(settings)

    def files(self, slot_home: Path, lab: LabId) -> CellFiles:
        """Where the files of a lab's cell are."""
        return CellFiles(slot_home / "labs" / lab, self._settings.run / "cells" / lab)

    def start(
        self, slot: Slot, spec: CellSpec, *, disk: Disk | None, egress: bool, workspace_owner: int | None = None
    ) -> int:
        """Make the cell and start its first process; return its pid on the host. Its words are listened to.

        A cell without a disk may hold the workspace of a candidate (`workspace_owner`: their uid in the cell).

        Without a disk the cell's root is the directory that `spec` names, as it is, and the cell cannot write to it;
        nor can it configure its link then, so that is done for it.
        """
        files = self.files(slot.home, slot.lab)
        files.lab_directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        files.root.mkdir(parents=True, exist_ok=True)
        if disk:
            make_disk(files.disk, size_mib=disk.size_mib, owner=slot.first_id)
        mounts = _mount_script(slot, files, disk) if disk else ""
        if spec.keeps_record:
            make_disk(files.record_disk, size_mib=record.SIZE_MIB, owner=0)
            mounts += record.open_script(files.record_disk, loop_name(slot.home, slot.number), files.record)
        if workspace_owner is not None:
            make_disk(files.workspace_disk, size_mib=workspace.SIZE_MIB, owner=workspace_owner)
            name = loop_name(slot.home, slot.number)
            mounts += workspace.mount_script(files.workspace_disk, name, files.workspace)
            spec = workspace.holding(spec, files.workspace)
        with user_namespace(slot.first_id) as ids:
            config = oci_config(replace(spec, namespaces={**spec.namespaces, "user": str(ids)}))
            (files.cell_directory / "config.json").write_text(json.dumps(config))
            pid = self._create(slot, files, mounts, descriptors=int(spec.keeps_record))
        cgroups.delegate(slot.lab, slot.first_id)
        network.connect(slot, pid=pid, nft=self._nft, egress=egress)
        if not disk:
            network.configure_inside(slot, pid=pid)
        self._run(["start", slot.lab])
        return pid

    def _create(self, slot: Slot, files: CellFiles, mounts: str, *, descriptors: int) -> int:
        pid_file = files.cell_directory / "pid"
        given = [f"--preserve-fds={descriptors}", "--bundle", str(files.cell_directory), "--pid-file", str(pid_file)]
        create = [*self._runc, "create", *given, slot.lab]
        script = f"""set -e
{mounts}
cd {shlex.quote(str(files.cell_directory))}
exec {shlex.join(create)}
"""
        output, errors = make_output("output"), make_output("errors")
        self._listen(slot.lab, Listener({output: files.events, errors: files.log}))
        done = subprocess.run(
            ["unshare", "--mount", "--propagation", "private", "sh", "-c", script],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            timeout=CREATE_TIMEOUT_SECONDS,
            check=False,
        )
        if done.returncode:
            words = said(errors).decode(errors="replace").strip()
            raise InfrastructureError(f"The cell of lab {slot.lab} could not be made: {words[-2000:]}", lab=slot.lab)
        return int(pid_file.read_text())

    def listen(self, slot: Slot) -> None:
        """What the living cell of a killed maker says, and has said, is copied to its files until `stop_listening`."""
        files, pid = self.files(slot.home, slot.lab), self.pid(slot.lab)
        if pid is None:
            return
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
        output, errors = (os.open(f"/proc/{pid}/fd/{number}", flags) for number in (1, 2))
        self._listen(slot.lab, Listener({output: files.events, errors: files.log}))

    def stop_listening(self, lab: LabId) -> None:
        """What the cell has said is in its files, and nothing that it says from now on. Idempotent.

        To be called before anybody who is not trusted gets near the cell.
        """
        if listener := self._listeners.pop(lab, None):
            listener.close()

    def _listen(self, lab: LabId, listener: Listener) -> None:
        self.stop_listening(lab)
        self._listeners[lab] = listener

    def run_argv(self, bundle: Path, name: str) -> Sequence[str]:
        """An argv that runs a bundle in the foreground and removes its container at the end."""
        return [*self._runc, "run", "--bundle", str(bundle), name]

    def read_record(self, slot: Slot) -> bytes:
        """What the cell's first process recorded; see provisioner.cell.record."""
        files = self.files(slot.home, slot.lab)
        return record.read(self.pid(slot.lab), files.record_disk, files.record)

    def exec_argv(self, lab: LabId, options: Sequence[str], command: Sequence[str]) -> Sequence[str]:
        """An argv that runs a command in the lab's own cell."""
        return [*self._runc, "exec", *options, lab, *command]

    def end_shells(self, lab: LabId) -> None:
        """No command of a candidate runs beside the node. Idempotent."""
        cgroups.kill(lab, below=SHELL_PREFIX)

    def pid(self, lab: LabId) -> int | None:
        """The host's pid of the cell's first process, None when the cell does not run."""
        try:
            pid = int((self._settings.run / "cells" / lab / "pid").read_text())
        except (FileNotFoundError, ValueError):  # not made, or killed while it was written
            return None
        return pid if cgroups.holds(lab, pid) else None

    def destroy(self, lab: LabId) -> None:
        """Nothing of the lab's cells is left. Idempotent; works from what the host has, whatever files are lost."""
        slot = self.slots.find(lab)
        number = slot.number if slot else unknown_slot(lab)
        self.stop_listening(lab)
        cgroups.remove(lab)
        homes = {self._settings.home} | ({slot.home} if slot else set())
        if number is not None:
            self._clear_number(number, lab, homes)
        for directory in (
            *(self.files(home, lab).lab_directory for home in homes),
            self._settings.run / "cells" / lab,
            *self._settings.run.glob(f"runc/{lab}"),
            *self._settings.run.glob(f"runc/{lab}.{'[0-9a-f]' * 8}"),  # shells; another cell's name goes on otherwise
        ):
            shutil.rmtree(directory, ignore_errors=True)
        self.slots.release(lab)

    def _clear_number(self, number: int, lab: LabId, homes: set[Path]) -> None:
        """Nothing is left of what is known by the slot's number alone, unless another lab has that slot by now."""
        with self.slots.undisturbed(number, lab) as is_ours:
            if not is_ours:
                return
            self._kill_ids(number)
            network.remove_link(f"{LINK_PREFIX}{number}")
            network.remove_firewall(f"{LINK_PREFIX}{number}", nft=self._nft)
            for home in homes:
                loop_name(home, number).unlink(missing_ok=True)

    def _kill_ids(self, number: int) -> None:
        """End the processes of a slot's id range that run in no cgroup of the lab: its files were lost."""
        first = self._settings.first_host_id + number * IDS_PER_LAB
        for process in Path("/proc").iterdir():
            if not process.name.isdigit():
                continue
            try:
                if first <= process.stat().st_uid < first + IDS_PER_LAB:
                    os.kill(int(process.name), signal.SIGKILL)
            except (FileNotFoundError, ProcessLookupError):  # it ended while we looked
                continue

    @property
    def _runc(self) -> tuple[str, ...]:
        return (str(self._find_runc()), "--root", str(self._settings.run / "runc"))

    def _run(self, args: Sequence[str]) -> None:
        done = subprocess.run([*self._runc, *args], capture_output=True, text=True, check=False)
        if done.returncode:
            raise InfrastructureError(f"runc {args[0]} failed: {done.stderr.strip()[-2000:]}")


def _mount_script(slot: Slot, files: CellFiles, disk: Disk) -> str:
    """Shell commands that mount a cell's disk and lay out its root."""
    # The kernel shows a loop device's file to every lab in /sys/block: by a name that names no candidate.
    disk_name = shlex.quote(str(loop_name(slot.home, slot.number)))
    root = shlex.quote(str(files.root))
    return f"""
ln -f {shlex.quote(str(files.disk))} {disk_name}
mount -t ext4 -o loop,noatime,nosuid,nodev {disk_name} {root}
rm {disk_name}
cd {root}
{root_script(disk, slot.first_id)}
"""
