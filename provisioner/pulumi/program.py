"""The inline program: which resources a lab consists of."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi

from labs.core.ids import LabId
from labs.core.ports import Limits, Manifest
from provisioner.kubernetes.access import Grant
from provisioner.kubernetes.order import FOUNDATION_RANKS, rank
from provisioner.pulumi.awsprogram import AccountProgram, AwsOutputs, register_account
from provisioner.pulumi.resource import Resource, output


@dataclass(frozen=True, slots=True)
class ScenarioPart:
    """One scenario's objects, broken already. `fault` are those of them that the fault touches."""

    name: str
    system: Sequence[Manifest]
    fault: Sequence[Manifest] = ()
    grants: Sequence[Grant] = ()


@dataclass(frozen=True, slots=True)
class LabProgram:
    """A lab, as the stack should have it: a node for `parts`, and an AWS account."""

    lab: LabId
    engine: str
    """Of the node; empty when there is none."""
    parts: Sequence[ScenarioPart]
    ttl_seconds: float
    limits: Limits = field(default_factory=Limits)
    egress: bool = False
    account: AccountProgram | None = None


@dataclass(slots=True)
class Outputs:
    """A stack's outputs; but for addresses and times they are secrets."""

    address: str = ""
    admin_kubeconfig: str = field(default="", repr=False)
    candidate_kubeconfig: str = field(default="", repr=False)
    node_ready_seconds: float = 0.0
    aws: AwsOutputs = field(default_factory=AwsOutputs)


def register(lab: LabProgram, outputs: Outputs) -> None:
    """The lab's resources are registered with the running Pulumi program; `outputs` is filled as they become known."""
    if lab.engine:
        _register_node(lab, outputs)
    if lab.account:
        register_account(lab.account, outputs.aws)


def _register_node(lab: LabProgram, outputs: Outputs) -> None:
    """Register the node and what is in its cluster.

    Foundations (namespaces, kinds) of a scenario come first, then its healthy and faulty objects side by side, so that
    the order of their creation does not tell which are which. Destroying the node destroys all, so nothing else is
    deleted one by one then.
    """
    limits = lab.limits
    node = Resource(
        "Node",
        "node",
        {
            "lab": lab.lab,
            "engine": lab.engine,
            "cpuCores": limits.cpu_cores,
            "memoryMib": limits.memory_mib,
            "pids": limits.pids,
            "diskMib": limits.disk_mib,
            "egress": lab.egress,
        },
        outputs=("address", "admin", "readySeconds"),
        options=pulumi.ResourceOptions(additional_secret_outputs=["admin"]),
    )
    kubeconfig = output(node, "admin")
    foundations = [_scenario(part, node) for part in lab.parts]
    grants = [
        {"namespace": grant.namespace, "rules": [dict(rule) for rule in grant.rules]}
        for part in lab.parts
        for grant in part.grants
    ]
    access = Resource(
        "Access",
        "access",
        {"kubeconfig": kubeconfig, "grants": grants, "ttlSeconds": lab.ttl_seconds},
        outputs=("candidateKubeconfig",),
        options=pulumi.ResourceOptions(
            depends_on=[f for f in foundations if f is not None],
            deleted_with=node,
            additional_secret_outputs=["candidateKubeconfig"],
        ),
    )
    _collect(node, access, outputs)


def _scenario(part: ScenarioPart, node: Resource) -> Resource | None:
    """Register a scenario's objects; its foundations, if it has any."""
    kubeconfig = output(node, "admin")

    def objects(kind: str, role: str, manifests: Sequence[Manifest], after: Resource) -> Resource | None:
        if not manifests:
            return None
        inputs = {"kubeconfig": kubeconfig, "manifests": _guarded(manifests)}
        options = pulumi.ResourceOptions(depends_on=[after], deleted_with=node)
        return Resource(kind, f"{part.name}-{role}", inputs, options=options)

    first = objects("Objects", "foundations", [m for m in part.system if rank(m) < FOUNDATION_RANKS], node)
    objects("Objects", "system", [m for m in part.system if rank(m) >= FOUNDATION_RANKS], first or node)
    objects("Fault", "fault", part.fault, first or node)
    return first


def _guarded(manifests: Sequence[Manifest]) -> Any:
    """Manifests with Secrets among them are kept encrypted in the state."""
    plain = [dict(manifest) for manifest in manifests]
    return pulumi.Output.secret(plain) if any(m["kind"] == "Secret" for m in manifests) else plain


def _collect(node: Resource, access: Resource, outputs: Outputs) -> None:
    def keep(values: Sequence[Any]) -> None:
        outputs.address, outputs.admin_kubeconfig, outputs.candidate_kubeconfig = map(str, values[:3])
        outputs.node_ready_seconds = float(values[3])

    admin, candidate = output(node, "admin"), output(access, "candidateKubeconfig")
    address, seconds = output(node, "address"), output(node, "readySeconds")
    pulumi.Output.all(address, admin, candidate, seconds).apply(keep)
    pulumi.export("address", address)
    pulumi.export("adminKubeconfig", pulumi.Output.secret(admin))
    pulumi.export("candidateKubeconfig", pulumi.Output.secret(candidate))
    pulumi.export("nodeReadySeconds", seconds)
