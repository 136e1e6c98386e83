"""From scenarios to what an engine and a stack are asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from labs.catalogue.scenario import Scenario
from labs.catalogue.variant import Variant, object_ref
from labs.core.ids import LabId, ScenarioId
from labs.core.ports import Limits, SandboxSpec
from labs.lifecycle.record import LabRecord

if TYPE_CHECKING:
    from provisioner.pulumi.program import LabProgram, ScenarioPart

NODE_MEMORY_MIB = 1024
"""What Kubernetes and the system pods of a lab may use; scenarios come on top."""


def sandbox_spec(lab: LabId, scenarios: Sequence[Scenario]) -> SandboxSpec:
    """Return what the engine is asked for: room for the node and every scenario, a way out if one needs it."""
    limits = Limits()
    memory_mib = NODE_MEMORY_MIB + sum(scenario.sandbox.memory_mib for scenario in scenarios)
    return SandboxSpec(
        lab,
        replace(limits, memory_mib=max(limits.memory_mib, memory_mib)),
        egress=any(scenario.sandbox.egress for scenario in scenarios),
    )


def program(record: LabRecord, variants: Mapping[ScenarioId, Variant], spec: SandboxSpec) -> "LabProgram":
    """Return the lab's stack. Imports Pulumi."""
    from provisioner.pulumi.program import LabProgram  # noqa: PLC0415 - Pulumi is slow to import

    return LabProgram(
        lab=record.id,
        engine=record.engine,
        parts=[_part(variant) for variant in variants.values()],
        ttl_seconds=record.expires_at - record.created_at,
        limits=spec.limits,
        egress=spec.egress,
    )


def _part(variant: Variant) -> "ScenarioPart":
    from provisioner.kubernetes.access import Grant  # noqa: PLC0415
    from provisioner.pulumi.program import ScenarioPart  # noqa: PLC0415

    return ScenarioPart(
        name=variant.scenario,
        system=[m for m in variant.broken if object_ref(m) not in variant.faulted],
        fault=[m for m in variant.broken if object_ref(m) in variant.faulted],
        grants=[Grant(access.namespace, access.rules) for access in variant.candidate_rules],
    )
