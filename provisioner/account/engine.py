"""The engine `account`: a real AWS account. By itself it makes nothing; a stack with a Leave does (see `leave`)."""

from collections.abc import Sequence
from typing import NoReturn

from labs.core.errors import InputError
from labs.core.ids import LabId
from labs.core.ports import CandidateAccess, SandboxHandle, SandboxSpec
from labs.core.settings import Settings
from provisioner.account import missing
from provisioner.account.guard import ENGINE
from provisioner.account.kept import FILE


class AccountEngine:
    """See Engine in labs.core.ports."""

    name = ENGINE
    kind = "aws"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def problems(self) -> Sequence[str]:
        """Why this host cannot make a lab in a real account, each with its remedy."""
        return missing.problems()

    def create(self, spec: SandboxSpec) -> SandboxHandle:
        """Nothing is created this way. Raises InputError."""
        del spec
        _refuse("Nothing is created in a real AWS account without a confirmation that names it.",
                "taller up … --engine account --account ACCOUNT_ID")  # fmt: skip

    def is_alive(self, lab: LabId) -> bool:
        """Whether the lab's account is known to this TALLER_HOME: what runs in it runs elsewhere."""
        return (self._settings.lasting_directory(lab) / FILE).exists()

    def destroy(self, lab: LabId) -> None:
        """Nothing of it is on the host. What is in the account goes by `teardown`, which needs what was kept."""
        del lab

    def command_in_cell(self, lab: LabId, command: Sequence[str], access: CandidateAccess) -> Sequence[str]:
        """Raises InputError: the candidate works from a machine of their own, with variables that we keep."""
        del command, access
        place = self._settings.labs_directory / lab / "aws-environment.json"
        _refuse(f"The lab {lab} is in a real AWS account: there is no shell for it on this host.",
                f"Give the candidate the variables in {place}.")  # fmt: skip

    def audit_log(self, lab: LabId) -> str:
        """Raises InputError: CloudTrail's log is the account's own."""
        _refuse(f"The lab {lab} is in a real AWS account.", "CloudTrail has its log.")

    def command_on_node(self, lab: LabId, command: Sequence[str], *, terminal: bool) -> Sequence[str]:
        """See Engine. Raises InputError."""
        del command, terminal
        raise InputError(f"The AWS account of lab {lab} has no node.", lab=lab)

    def end_commands(self, lab: LabId) -> None:
        """There are none."""
        del lab


def _refuse(message: str, hint: str) -> NoReturn:
    raise InputError(message, hint=hint)
