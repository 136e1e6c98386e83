"""The inline program: which resources a lab consists of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi

from labs.core.ids import LabId
from labs.core.names import replaced, used
from labs.core.ports import Limits, Manifest, NodeLayout
from provisioner.kubernetes.access import Grant
from provisioner.kubernetes.order import ADMISSION_RANK, FOUNDATION_RANKS, rank
from provisioner.pulumi.awsprogram import Account, AccountProgram, AwsOutputs, register_account
from provisioner.pulumi.resource import Resource, output

_TURNS = (
    ("-foundations", range(FOUNDATION_RANKS)),
    ("", range(FOUNDATION_RANKS, ADMISSION_RANK)),
    ("-admission", range(ADMISSION_RANK, ADMISSION_RANK + 1)),
)


@dataclass(frozen=True, slots=True)
class ScenarioPart:
    """One scenario's objects, broken already. `fault` are those of them that the fault touches."""

    name: str
    system: Sequence[Manifest]
    fault: Sequence[Manifest] = ()
    grants: Sequence[Grant] = ()
    live: str = ""
    """A script for the running cluster, once the objects are there; see provisioner.kubernetes.live."""
    node: str = ""
    """One for the node itself, after that."""
    folder: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    """What the candidate finds in that folder of their workspace."""


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
    workspace: bool = False
    """The node itself holds the candidate's files; otherwise the emulated account beside it does."""
    nodes: int = 1
    addons: Sequence[str] = ()
    layout: NodeLayout = NodeLayout.ONE_PROCESS
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
    account = register_account(lab.account, outputs.aws) if lab.account else Account()
    if lab.engine:
        _register_node(lab, outputs, account)


def _register_node(lab: LabProgram, outputs: Outputs, account: Account) -> None:
    """Register the node and what is in its cluster.

    Foundations (namespaces, kinds) of a scenario come first, admission last; in each turn its healthy and faulty
    objects side by side, so that the order of their creation does not tell which are which. Destroying the node
    destroys all, so nothing else is deleted one by one then.
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
            "workspace": lab.workspace,
            "nodes": lab.nodes,
            "addons": list(lab.addons),
            "layout": lab.layout,
        },
        outputs=("address", "admin", "readySeconds"),
        options=pulumi.ResourceOptions(additional_secret_outputs=["admin"]),
    )
    kubeconfig = output(node, "admin")
    holder = node if lab.workspace else account.sandbox or node
    foundations = [
        each for part in lab.parts for each in _scenario(lab, part, node, holder, names=account.names.get(part.name))
    ]
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
            depends_on=foundations,
            deleted_with=node,
            additional_secret_outputs=["candidateKubeconfig"],
        ),
    )
    _collect(node, access, outputs)


def _scenario(
    lab: LabProgram, part: ScenarioPart, node: Resource, holder: Resource, *, names: "pulumi.Output[Any] | None"
) -> Sequence[Resource]:
    """Register a scenario's objects in turns, its files, and what is done once all are there; its foundations.

    `holder` is the sandbox that holds the candidate's workspace; `names` are those of its account, if it has one.
    """
    made: list[Resource] = []
    foundations: list[Resource] = []
    for suffix, ranks in _TURNS:
        options = pulumi.ResourceOptions(depends_on=made or [node], deleted_with=node)
        roles = (("Objects", f"system{suffix}", part.system), ("Fault", f"fault{suffix}", part.fault))
        turn = [
            Resource(
                kind,
                f"{part.name}-{role}",
                {"kubeconfig": output(node, "admin"), "manifests": _guarded(own, names)},
                options=options,
            )
            for kind, role, manifests in roles
            if (own := [m for m in manifests if rank(m) in ranks])
        ]
        made = [*made, *turn]
        foundations = foundations or made
    if part.files:
        placed = {"lab": lab.lab, "engine": lab.engine, "folder": part.folder, "files": part.files}
        options = pulumi.ResourceOptions(depends_on=[node, holder], deleted_with=node)
        made = [*made, Resource("Workspace", f"{part.name}-workspace", placed, options=options)]
    for role, script in (("live", part.live), ("node", part.node)):
        if not script:
            continue
        inputs = {
            "lab": lab.lab,
            "engine": lab.engine,
            "scenario": part.name,
            "kubeconfig": output(node, "admin"),
            "script": pulumi.Output.secret(script),
            "onNode": role == "node",
        }
        options = pulumi.ResourceOptions(depends_on=made, deleted_with=node)
        made = [*made, Resource("Live", f"{part.name}-{role}", inputs, options=options)]
    return foundations


def _guarded(manifests: Sequence[Manifest], names: "pulumi.Output[Any] | None") -> Any:
    """Manifests with Secrets among them are kept encrypted in the state; names of the account's are filled in."""
    plain = [dict(manifest) for manifest in manifests]
    if names is not None and any(used(plain)):
        return pulumi.Output.secret(names.apply(lambda known: replaced(plain, known)))
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
