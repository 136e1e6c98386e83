"""From scenarios to what an engine and a stack are asked for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from labs.catalogue.scenario import Scenario
from labs.catalogue.variant import Variant, object_ref
from labs.core.errors import InputError
from labs.core.ids import LabId, ScenarioId
from labs.core.ports import Engine, Limits, NodeLayout, SandboxSpec
from labs.lifecycle.accounts import ACCOUNT
from labs.lifecycle.record import LabRecord
from labs.lifecycle.sandboxes import SEPARATOR

if TYPE_CHECKING:
    from provisioner.account.leave import Leave
    from provisioner.pulumi.awsprogram import AwsPart
    from provisioner.pulumi.program import LabProgram, ScenarioPart

NODE_MEMORY_MIB = 1024
"""What Kubernetes and the system pods of a lab may use; scenarios come on top."""
ADDON_MEMORY_MIB = 192
"""What each addon may use on top."""

SEPARATE_MEMORY_MIB = 2048
"""More, where etcd, API server and the others are processes of their own, and a candidate may start more of them."""


def sandbox_spec(lab: LabId, scenarios: Sequence[Scenario]) -> SandboxSpec:
    """Return what the engine is asked for: room for the node and every scenario, a way out if one needs it."""
    limits = Limits()
    addons = tuple(sorted({addon for scenario in scenarios for addon in scenario.sandbox.addons}))
    memory_mib = NODE_MEMORY_MIB + sum(scenario.sandbox.memory_mib for scenario in scenarios)
    memory_mib += ADDON_MEMORY_MIB * len(addons)
    if any(scenario.sandbox.is_fresh for scenario in scenarios):
        memory_mib += SEPARATE_MEMORY_MIB
    return SandboxSpec(
        lab,
        replace(limits, memory_mib=max(limits.memory_mib, memory_mib)),
        egress=any(scenario.sandbox.egress for scenario in scenarios),
        workspace=any(scenario.file.workspace for scenario in scenarios),
        nodes=max((scenario.sandbox.nodes for scenario in scenarios), default=1),
        addons=addons,
        layout=next((s.sandbox.control_plane for s in scenarios if s.sandbox.is_fresh), NodeLayout.ONE_PROCESS),
    )


def program(
    record: LabRecord,
    variants: Mapping[ScenarioId, Variant],
    spec: SandboxSpec,
    *,
    engine_of: Callable[[str], Engine],
    leave: "Leave | None" = None,
) -> "LabProgram":
    """Return the lab's stack; with a leave, its account is a real one. Imports Pulumi."""
    from provisioner.pulumi.awsprogram import AccountProgram  # noqa: PLC0415
    from provisioner.pulumi.program import LabProgram  # noqa: PLC0415 - Pulumi is slow to import

    names = {engine_of(name).kind: name for name in record.engine.split(SEPARATOR)}
    if names.get("aws") == ACCOUNT and leave is None:
        raise InputError("Nothing is created in a real AWS account without a confirmation that names it.")
    accounts = [_aws_part(variant) for variant in variants.values() if variant.aws]
    return LabProgram(
        lab=record.id,
        engine=names.get("kubernetes", ""),
        parts=[_part(variant) for variant in variants.values() if variant.has_cluster],
        ttl_seconds=record.expires_at - record.created_at,
        limits=spec.limits,
        egress=spec.egress,
        workspace=spec.workspace,
        nodes=spec.nodes,
        addons=spec.addons,
        layout=spec.layout,
        account=AccountProgram(record.id, names["aws"], accounts, leave) if accounts else None,
    )


def _aws_part(variant: Variant) -> "AwsPart":
    from provisioner.pulumi.awsprogram import AwsPart  # noqa: PLC0415

    if variant.aws is None:
        raise LookupError(f"{variant.scenario} has no AWS account")
    return AwsPart(variant.scenario, variant.aws.broken, variant.aws.policy)


def _part(variant: Variant) -> "ScenarioPart":
    from provisioner.kubernetes.access import Grant  # noqa: PLC0415
    from provisioner.pulumi.program import ScenarioPart  # noqa: PLC0415

    return ScenarioPart(
        name=variant.scenario,
        system=[m for m in variant.broken if object_ref(m) not in variant.faulted],
        fault=[m for m in variant.broken if object_ref(m) in variant.faulted],
        grants=[Grant(access.namespace, access.rules) for access in variant.candidate_rules],
        live=variant.live.broken if variant.live else "",
        folder=variant.workspace.folder if variant.workspace else "",
        files=variant.workspace.broken if variant.workspace else {},
        node=variant.node.broken if variant.node else "",
    )
