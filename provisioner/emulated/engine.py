"""The engine `emulated`: one cell per lab, and in it an AWS account served by moto.

The cell needs nothing of what a node's needs: it runs as an ordinary user without capabilities on a read-only root,
and what it keeps, it keeps in memory. A candidate's shell is another cell on the same network.
"""

import json
import os
import secrets
import shutil
from collections.abc import Sequence
from pathlib import Path

from labs.core.aws import AwsAdmin
from labs.core.errors import HostError, InfrastructureError, InputError
from labs.core.ids import LabId
from labs.core.ports import CandidateAccess, Limits, SandboxHandle, SandboxSpec
from labs.core.settings import Settings
from provisioner.cell import root
from provisioner.cell.cell import CellFiles, Cells
from provisioner.cell.joining import join_cells
from provisioner.cell.shell import CANDIDATE_UID, Beside, shell_command
from provisioner.cell.slots import ACCOUNT_SUFFIX, Slot, lab_of_cell
from provisioner.cell.spec import CellSpec
from provisioner.images import noderoot, pythonland
from provisioner.labnode import events, host
from provisioner.labnode.engine import nft_command

PORT = 4566
REGION = "eu-west-1"
SERVER_UID = 2000
"""Not the candidate's: on one network and in one user namespace, nothing but the uid tells processes apart."""
LIMITS = Limits(cpu_cores=2.0, memory_mib=768, pids=128)
"""moto with many services touched takes 230 MiB, and an upload is held in memory. Candidates' shells come on top."""
NEEDS_MIB = 350
READY_TIMEOUT_SECONDS = 60.0
"""Sixty times the usual: twenty labs starting at once share two cores."""
_CONFIG = "etc/account.json"


class EmulatedEngine:
    """See Engine in labs.core.ports."""

    name = "emulated"
    kind = "aws"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def problems(self) -> Sequence[str]:
        """Why this host cannot run a lab now, each with its remedy."""
        return host.problems(self._settings, needs_mib=NEEDS_MIB)

    def create(self, spec: SandboxSpec) -> SandboxHandle:
        """The account answers. Idempotent. See Engine.create for the errors. There is never a way out (`egress`)."""
        cells, cell = self._cells(), _cell_of(spec.lab)
        if (slot := cells.slots.find(cell)) and cells.pid(cell) and self._admin_file(cells, slot).exists():
            return self._handle(slot, cells)
        if problems := self.problems():
            raise HostError(problems[0], hint="`taller doctor` shows everything a lab needs.")
        cells.destroy(cell)
        slot = cells.slots.reserve(cell)
        try:
            self._boot(slot, cells)
        except BaseException:
            self._keep_log(slot, cells)
            cells.destroy(cell)
            raise
        return self._handle(slot, cells)

    def is_alive(self, lab: LabId) -> bool:
        """Whether the account's server runs."""
        return self._cells().pid(_cell_of(lab)) is not None

    def destroy(self, lab: LabId) -> None:
        """Nothing of the sandbox is left on the host: the account was in the memory of its cell."""
        self._cells().destroy(_cell_of(lab))

    def command_in_cell(self, lab: LabId, command: Sequence[str], access: CandidateAccess) -> Sequence[str]:
        """An argv that runs `command` in a cell beside the account's: its network, files and processes of its own.

        Raises InfrastructureError when the sandbox does not run.
        """
        cells, cell = self._cells(), _cell_of(lab)
        slot, pid = cells.slots.find(cell), cells.pid(cell)
        if slot is None or pid is None:
            raise InfrastructureError(
                f"The AWS account of lab {lab} does not run any more.",
                hint=f"`taller down {lab}` removes the lab.",
                lab=lab,
            )
        return shell_command(
            cells, slot, beside=Beside(pid, pid), command=command, access=access, usr=noderoot.path() / "usr"
        )

    def audit_log(self, lab: LabId) -> str:
        """See Engine. There is none."""
        raise InfrastructureError("An emulated account keeps no audit log.", lab=lab)

    def command_on_node(self, lab: LabId, command: Sequence[str], *, terminal: bool) -> Sequence[str]:
        """See Engine. Raises InputError."""
        del command, terminal
        raise InputError(f"The AWS account of lab {lab} has no node.", lab=lab)

    def end_commands(self, lab: LabId) -> None:
        """The candidate's shells are closed."""
        self._cells().end_shells(_cell_of(lab))

    def join(self, lab: LabId) -> None:
        """What runs in the lab's Kubernetes sandbox, pods and shells alike, reaches the account."""
        join_cells(self._cells(), lab, _cell_of(lab), port=PORT, nft=nft_command())

    def _boot(self, slot: Slot, cells: Cells) -> None:
        files = cells.files(slot.home, slot.lab)
        admin = AwsAdmin(f"http://{slot.address}:{PORT}", _account_id(), REGION, secrets.token_urlsafe(32))
        root.lay_out(files.root)
        config = files.root / _CONFIG
        config.touch(mode=0o400)
        config.write_text(
            json.dumps({"port": PORT, "account": admin.account, "region": admin.region, "token": admin.token})
        )
        os.chown(config, slot.first_id + SERVER_UID, slot.first_id + SERVER_UID)
        cell = CellSpec(
            args=["tini", "--", "python3", "-sP", "-m", "provisioner.emulated.incell", f"/{_CONFIG}"],
            root=files.root,
            first_id=slot.first_id,
            cgroup=f"/taller/{slot.lab}",
            hostname="aws",
            limits=LIMITS,
            read_only_mounts={"/usr": noderoot.path() / "usr"},
            env=[f"PYTHONPATH=/{pythonland.CODE_PLACE}", "HOME=/home", "LANG=C.UTF-8"],
            unprivileged_user=SERVER_UID,
        )
        cells.start(slot, cell, disk=None, egress=False, workspace_owner=CANDIDATE_UID)
        ready = events.follow(
            files.events,
            until="ready",
            limit_seconds=READY_TIMEOUT_SECONDS,
            is_alive=lambda: cells.pid(slot.lab) is not None,
            what=f"AWS account of lab {lab_of_cell(slot.lab)}",
            hint=f"Its last words are in {self._failed(slot)}; repeat the command.",
        )["ready"]
        cells.stop_listening(slot.lab)
        kept = self._admin_file(cells, slot)
        kept.touch(mode=0o600)
        kept.write_text(json.dumps({"admin": admin.to_json(), "ready_seconds": ready["seconds"]}))

    def _handle(self, slot: Slot, cells: Cells) -> SandboxHandle:
        kept = json.loads(self._admin_file(cells, slot).read_text())
        lab = LabId(slot.lab.removesuffix(ACCOUNT_SUFFIX))
        return SandboxHandle(lab, self.name, str(slot.address), kept["admin"], float(kept["ready_seconds"]))

    def _admin_file(self, cells: Cells, slot: Slot) -> Path:
        return cells.files(slot.home, slot.lab).lab_directory / "account.json"

    def _keep_log(self, slot: Slot, cells: Cells) -> None:
        """What the server said before it is removed, for whoever looks into why."""
        cells.stop_listening(slot.lab)
        files: CellFiles = cells.files(slot.home, slot.lab)
        kept = self._failed(slot)
        kept.mkdir(parents=True, exist_ok=True)
        for path in (files.events, files.log):
            if path.exists():
                shutil.copy(path, kept / path.name)

    def _failed(self, slot: Slot) -> Path:
        return self._settings.home / "failed" / slot.lab

    def _cells(self) -> Cells:
        return Cells(self._settings, runc=lambda: noderoot.path() / "usr/local/bin/runc", nft=nft_command())


def _cell_of(lab: LabId) -> LabId:
    """The cell's name: a lab may have a Kubernetes node beside it, which has the lab's own name."""
    return LabId(f"{lab}{ACCOUNT_SUFFIX}")


def _account_id() -> str:
    return f"{secrets.randbelow(9 * 10**11) + 10**11:012d}"
