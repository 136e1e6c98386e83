"""The part of a lab's program that is an AWS account."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pulumi

from labs.core.awssystem import AwsSystem
from labs.core.ids import LabId
from provisioner.pulumi.resource import Resource, output

if TYPE_CHECKING:
    from provisioner.account.leave import Leave


@dataclass(frozen=True, slots=True)
class AwsPart:
    """One scenario's infrastructure in the lab's AWS account, and what the candidate may do there."""

    name: str
    system: AwsSystem
    statements: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class AccountProgram:
    """A lab's AWS account, as the stack should have it."""

    lab: LabId
    engine: str
    parts: Sequence[AwsPart]
    leave: "Leave | None" = None
    """Of a person, to make it in a real account; without it, it comes from the engine."""


@dataclass(slots=True)
class AwsOutputs:
    """What became of an account; secrets but for the time."""

    admin: str = field(default="", repr=False)
    """See AwsAdmin in labs.core.aws."""
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The variables of a candidate's shell."""
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Scenario → the names by which its checks speak of what was made."""
    ready_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Account:
    """A lab's account, as the rest of its program knows it."""

    sandbox: Resource | None = None
    """Where it is an emulated one."""
    names: "Mapping[str, pulumi.Output[Any]]" = field(default_factory=dict)
    """Scenario → the names of what was made for it, once it is."""


def register_account(program: AccountProgram, outputs: AwsOutputs) -> Account:
    """The account, each scenario's infrastructure and the candidate's access are registered; `outputs` is filled.

    One scenario after the other: the same seed gives the same account, and an emulated one computes on one core anyway.
    """
    if program.leave:
        from provisioner.pulumi.realprogram import register_real  # noqa: PLC0415 - it needs this module

        register_real(program, program.leave.fence, outputs)
        return Account()
    account = Resource(
        "Node",
        "account",
        {"lab": program.lab, "engine": program.engine},
        outputs=("address", "admin", "readySeconds"),
        options=pulumi.ResourceOptions(additional_secret_outputs=["admin"]),
    )
    admin = output(account, "admin")
    systems: list[Resource] = []
    for part in program.parts:
        options = pulumi.ResourceOptions(
            depends_on=systems[-1:], deleted_with=account, additional_secret_outputs=["names"]
        )
        inputs = {"admin": admin, "system": pulumi.Output.secret(part.system.to_json())}
        if part.system.files:
            files = {
                "lab": program.lab,
                "engine": program.engine,
                "folder": part.system.stack,
                "files": part.system.files,
            }
            placed = pulumi.ResourceOptions(depends_on=[account], deleted_with=account)
            Resource("Workspace", f"{part.name}-workspace", files, options=placed)
        systems.append(Resource("AwsSystem", f"{part.name}-aws", inputs, outputs=("names",), options=options))
    statements = [dict(statement) for part in program.parts for statement in part.statements]
    access = Resource(
        "AwsAccess",
        "aws-access",
        {"admin": admin, "statements": statements},
        outputs=("environment",),
        options=pulumi.ResourceOptions(
            depends_on=systems[-1:], deleted_with=account, additional_secret_outputs=["environment"]
        ),
    )

    def keep(values: Sequence[Any]) -> None:
        outputs.admin, outputs.ready_seconds = str(values[0]), float(values[1])
        outputs.environment = dict(values[2])
        outputs.names = {part.name: dict(names) for part, names in zip(program.parts, values[3:], strict=True)}

    names = [output(system, "names") for system in systems]
    pulumi.Output.all(admin, output(account, "readySeconds"), output(access, "environment"), *names).apply(keep)
    pulumi.export("awsAdmin", pulumi.Output.secret(admin))
    pulumi.export("awsEnvironment", pulumi.Output.secret(output(access, "environment")))
    return Account(account, {part.name: each for part, each in zip(program.parts, names, strict=True)})
