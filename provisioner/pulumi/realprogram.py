"""The part of a lab's program that is made in a real account: the fence, what scenarios have in it, then the key."""

from collections.abc import Sequence
from typing import Any

import pulumi

from labs.core.aws import AwsAdmin
from provisioner.account.fence import FenceOutputs, register
from provisioner.account.spec import Fence
from provisioner.account.templates import fenced
from provisioner.pulumi.awsprogram import AccountProgram, AwsOutputs
from provisioner.pulumi.resource import Resource, output


def register_real(program: AccountProgram, fence: Fence, outputs: AwsOutputs) -> None:
    """The fence and each scenario's infrastructure within it are registered; `outputs` is filled.

    The candidate's key comes last: a system that cannot be made leaves nobody in the account. Raises InputError for a
    system that the fence cannot hold.
    """
    admin = AwsAdmin("", fence.account, fence.regions[0], grader=fence.arn("role", "grader")).to_json()
    parts = {part.name: fenced(part.system, fence) for part in program.parts}
    systems: list[Resource] = []

    def inside(after: Sequence[pulumi.Resource]) -> Sequence[pulumi.Resource]:
        for name, system in parts.items():
            options = pulumi.ResourceOptions(
                depends_on=[*after, *systems[-1:]],
                retain_on_delete=True,  # the teardown removes it before the principals, and those before the fence
                additional_secret_outputs=["names"],
            )
            inputs = {"admin": admin, "system": pulumi.Output.secret(system.to_json()), "tags": fence.tags}
            systems.append(Resource("AwsSystem", f"{name}-aws", inputs, outputs=("names",), options=options))
        return systems

    made = FenceOutputs()
    register(fence, made, inside=inside)
    outputs.admin, outputs.environment = admin, made.environment

    def keep(values: Sequence[Any]) -> None:
        outputs.names = {name: dict(names) for name, names in zip(parts, values, strict=True)}

    pulumi.Output.all(*(output(system, "names") for system in systems)).apply(keep)
    pulumi.export("awsAdmin", pulumi.Output.secret(admin))
