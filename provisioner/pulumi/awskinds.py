"""The provider's resources of an AWS account: AwsSystem, AwsAccess and Workspace. See kinds.Kind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from labs.core.aws import AwsAdmin
from labs.core.awssystem import AwsSystem
from labs.core.ids import lab_id
from labs.core.ports import CandidateAccess, Engine
from provisioner.pulumi.errors import ResourceInputError
from provisioner.pulumi.inputs import Inputs, parsed

Plain = Mapping[str, Any]
_NO_ACCESS = CandidateAccess(terminal=False)


class AwsSystemInputs(Inputs):
    """A scenario's infrastructure in the account of `admin`."""

    admin: str
    system: dict[str, Any]
    tags: dict[str, str] = Field(default_factory=dict)


class AwsAccessInputs(Inputs):
    """The candidate's rights in the account of `admin`: IAM policy statements."""

    admin: str
    statements: list[dict[str, Any]] = Field(min_length=1)


class WorkspaceInputs(Inputs):
    """What lies in a folder of the candidate's workspace, beside the account of a lab."""

    lab: str
    engine: str
    folder: str
    files: dict[str, str]


class MadeOnce:
    """What a resource is for the stack's whole life: replaced, never changed."""

    __slots__ = ()

    def update(self, old: Plain, inputs: Plain) -> dict[str, Any]:
        """See Kind. Nothing changes in place."""
        return {**old, **inputs}

    def is_there(self, resource_id: str) -> bool:
        """See Kind. What a candidate does to it is their business, not drift; a frozen lab's access must stay ended."""
        del resource_id
        return True


@dataclass(frozen=True, slots=True)
class WorkspaceKind(MadeOnce):
    """The candidate's files at the start."""

    engine_of: Callable[[str], Engine]
    secrets: frozenset[str] = frozenset()
    replacing: frozenset[str] = frozenset({"lab", "engine", "folder", "files"})

    def check(self, inputs: Plain) -> None:
        """See Kind."""
        lab_id(parsed(WorkspaceInputs, inputs).lab)

    def create(self, inputs: Plain) -> tuple[str, dict[str, Any]]:
        """See Kind. The id is `lab/folder`."""
        from provisioner.cell.incell import place  # noqa: PLC0415

        given = parsed(WorkspaceInputs, inputs)
        engine, lab = self.engine_of(given.engine), lab_id(given.lab)
        place(lambda command: engine.command_in_cell(lab, command, _NO_ACCESS), given.folder, given.files)
        return f"{given.lab}/{given.folder}", dict(inputs)

    def delete(self, resource_id: str, outputs: Plain) -> None:
        """See Kind. The workspace goes with the lab's cell."""
        del resource_id, outputs


@dataclass(frozen=True, slots=True)
class SystemKind(MadeOnce):
    """A scenario's infrastructure, broken already."""

    secrets: frozenset[str] = frozenset({"admin", "names"})
    replacing: frozenset[str] = frozenset({"admin", "system"})

    def check(self, inputs: Plain) -> None:
        """See Kind."""
        _system(parsed(AwsSystemInputs, inputs))

    def create(self, inputs: Plain) -> tuple[str, dict[str, Any]]:
        """See Kind. The id is the stack's name."""
        from provisioner.aws.system import deploy  # noqa: PLC0415 - botocore; a lab without AWS does not need it

        given = parsed(AwsSystemInputs, inputs)
        system = _system(given)
        return system.stack, {**inputs, "names": deploy(_client(given.admin), system, tags=given.tags)}

    def delete(self, resource_id: str, outputs: Plain) -> None:
        """See Kind. Only called for an account that outlives the lab. Raises InputError naming what is left."""
        from provisioner.aws.system import remove  # noqa: PLC0415

        given = parsed(AwsSystemInputs, {"admin": outputs["admin"], "system": outputs["system"]})
        if left := remove(_client(given.admin), _system(given), outputs.get("names", {})):
            raise ResourceInputError(f"{resource_id} could not be removed in full: {'; '.join(left)}")


@dataclass(frozen=True, slots=True)
class AccessKind(MadeOnce):
    """The candidate's user and key."""

    secrets: frozenset[str] = frozenset({"admin", "environment"})
    replacing: frozenset[str] = frozenset({"admin", "statements"})

    def check(self, inputs: Plain) -> None:
        """See Kind."""
        parsed(AwsAccessInputs, inputs)

    def create(self, inputs: Plain) -> tuple[str, dict[str, Any]]:
        """See Kind."""
        from provisioner.aws.access import give  # noqa: PLC0415

        given = parsed(AwsAccessInputs, inputs)
        return "candidate", {**inputs, "environment": give(_client(given.admin), given.statements)}

    def delete(self, resource_id: str, outputs: Plain) -> None:
        """See Kind. The account goes, and the user with it."""
        del resource_id, outputs


def _client(admin: str) -> Any:
    """A client of the account. Raises AccountError when the credentials have come to lead to another real one."""
    from provisioner.aws.client import AwsClient  # noqa: PLC0415

    client = AwsClient(AwsAdmin.from_json(admin))
    if not client.admin.endpoint:
        from provisioner.account.guard import check_account  # noqa: PLC0415

        check_account(client, client.admin.account)
    return client


def _system(given: AwsSystemInputs) -> AwsSystem:
    try:
        return AwsSystem.from_json(given.system)
    except (KeyError, TypeError) as error:
        raise ResourceInputError(f"AwsSystemInputs: system: {error}") from error
