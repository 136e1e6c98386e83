"""The provider's resources: Node, Objects, Fault and Access, each create, update and delete in plain Python."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from labs.core.ids import lab_id
from labs.core.ports import Engine, Limits, Manifest, SandboxSpec
from labs.core.probes import ObjectRef
from provisioner.kubernetes.access import Grant, give, manifests, revoke
from provisioner.kubernetes.paths import reference
from provisioner.kubernetes.sandbox import KubernetesSandbox
from provisioner.pulumi.awskinds import AccessKind, SystemKind, WorkspaceKind
from provisioner.pulumi.inputs import AccessInputs, NodeInputs, ObjectsInputs, parsed
from provisioner.pulumi.livekind import LiveKind

FIELD_MANAGER = "taller"
"""One name for healthy and faulty objects alike: managed fields must not tell a candidate which are which."""

Plain = Mapping[str, Any]
EngineOf = Callable[[str], Engine]
SandboxOf = Callable[[str], KubernetesSandbox]


class Kind(Protocol):
    """One resource type. Inputs and outputs are plain data; outputs include the inputs."""

    @property
    def secrets(self) -> frozenset[str]:
        """Outputs that the state keeps encrypted."""

    @property
    def replacing(self) -> frozenset[str]:
        """Inputs whose change needs a new resource, the old one deleted first."""

    def check(self, inputs: Plain) -> None:
        """The inputs are well formed. Raises ResourceInputError."""

    def create(self, inputs: Plain) -> tuple[str, dict[str, Any]]:
        """The resource exists; its id and outputs. Idempotent."""

    def update(self, old: Plain, inputs: Plain) -> dict[str, Any]:
        """The resource is as `inputs` say; its outputs."""

    def is_there(self, resource_id: str) -> bool:
        """Whether the resource still exists, for `pulumi refresh`."""

    def delete(self, resource_id: str, outputs: Plain) -> None:
        """The resource is gone. Idempotent."""


@dataclass(frozen=True, slots=True)
class Node:
    """A running sandbox of an engine: a Kubernetes node, or an AWS account."""

    engine_of: EngineOf
    secrets: frozenset[str] = frozenset({"admin"})
    replacing: frozenset[str] = frozenset(
        {
            "lab",
            "engine",
            "cpuCores",
            "memoryMib",
            "pids",
            "diskMib",
            "egress",
            "nodes",
            "workspace",
            "addons",
            "layout",
        }
    )

    def check(self, inputs: Plain) -> None:
        """See Kind."""
        lab_id(parsed(NodeInputs, inputs).lab)

    def create(self, inputs: Plain) -> tuple[str, dict[str, Any]]:
        """See Kind. The id is `engine/lab`."""
        node = parsed(NodeInputs, inputs)
        handle = self.engine_of(node.engine).create(
            SandboxSpec(
                lab=lab_id(node.lab),
                limits=Limits(node.cpu_cores, node.memory_mib, node.pids, node.disk_mib),
                egress=node.egress,
                workspace=node.workspace,
                nodes=node.nodes,
                addons=node.addons,
                layout=node.layout,
            )
        )
        outputs = {
            **inputs,
            "address": handle.address,
            "admin": handle.admin,
            "readySeconds": handle.ready_seconds,
        }
        return f"{node.engine}/{node.lab}", outputs

    def update(self, old: Plain, inputs: Plain) -> dict[str, Any]:
        """See Kind. Nothing of a node changes in place."""
        return {**old, **inputs}

    def is_there(self, resource_id: str) -> bool:
        """See Kind."""
        engine, _, lab = resource_id.partition("/")
        return self.engine_of(engine).is_alive(lab_id(lab))

    def delete(self, resource_id: str, outputs: Plain) -> None:
        """See Kind."""
        del outputs
        engine, _, lab = resource_id.partition("/")
        self.engine_of(engine).destroy(lab_id(lab))


@dataclass(frozen=True, slots=True)
class Objects:
    """Kubernetes objects, by server-side apply. Fault is the same thing under a name that says what it is for."""

    sandbox_of: SandboxOf
    secrets: frozenset[str] = frozenset({"kubeconfig"})
    replacing: frozenset[str] = frozenset({"kubeconfig"})

    def check(self, inputs: Plain) -> None:
        """See Kind."""
        parsed(ObjectsInputs, inputs)

    def create(self, inputs: Plain) -> tuple[str, dict[str, Any]]:
        """See Kind. The id names the first object."""
        given = parsed(ObjectsInputs, inputs)
        self.sandbox_of(given.kubeconfig).writer.apply(given.manifests, field_manager=FIELD_MANAGER)
        return str(reference(given.manifests[0])) if given.manifests else "none", dict(inputs)

    def update(self, old: Plain, inputs: Plain) -> dict[str, Any]:
        """See Kind. Objects that are no longer listed are deleted."""
        given = parsed(ObjectsInputs, inputs)
        writer = self.sandbox_of(given.kubeconfig).writer
        writer.apply(given.manifests, field_manager=FIELD_MANAGER)
        kept = {reference(manifest) for manifest in given.manifests}
        writer.delete([ref for ref in _references(old.get("manifests", [])) if ref not in kept])
        return dict(inputs)

    def is_there(self, resource_id: str) -> bool:
        """See Kind. What a candidate does to objects is their business, not drift."""
        del resource_id
        return True

    def delete(self, resource_id: str, outputs: Plain) -> None:
        """See Kind. Only called while the node stays (`deleted_with`)."""
        del resource_id
        given = parsed(ObjectsInputs, outputs)
        self.sandbox_of(given.kubeconfig).writer.delete(list(reversed(_references(given.manifests))))


@dataclass(frozen=True, slots=True)
class Access:
    """The candidate's restricted kubeconfig."""

    sandbox_of: SandboxOf
    secrets: frozenset[str] = frozenset({"kubeconfig", "candidateKubeconfig"})
    replacing: frozenset[str] = frozenset({"kubeconfig"})

    def check(self, inputs: Plain) -> None:
        """See Kind."""
        parsed(AccessInputs, inputs)

    def create(self, inputs: Plain) -> tuple[str, dict[str, Any]]:
        """See Kind."""
        return "candidate", self._given(inputs)

    def update(self, old: Plain, inputs: Plain) -> dict[str, Any]:
        """See Kind. Rights in namespaces that are no longer granted end."""
        given = parsed(AccessInputs, inputs)
        before = manifests([Grant(g["namespace"], g["rules"]) for g in old.get("grants", [])])
        after = {reference(m) for m in manifests(_grants(given))}
        outputs = self._given(inputs)
        stale = [ref for ref in _references(before) if ref not in after]
        self.sandbox_of(given.kubeconfig).writer.delete(stale)
        return outputs

    def is_there(self, resource_id: str) -> bool:
        """See Kind. A frozen lab has no access, and must not be given it again by a refresh."""
        del resource_id
        return True

    def delete(self, resource_id: str, outputs: Plain) -> None:
        """See Kind. Only called while the node stays."""
        del resource_id
        revoke(self.sandbox_of(str(outputs["kubeconfig"])))

    def _given(self, inputs: Plain) -> dict[str, Any]:
        given = parsed(AccessInputs, inputs)
        sandbox = self.sandbox_of(given.kubeconfig)
        return {**inputs, "candidateKubeconfig": give(sandbox, _grants(given), ttl_seconds=given.ttl_seconds)}


def _grants(given: AccessInputs) -> Sequence[Grant]:
    return [Grant(grant.namespace, grant.rules) for grant in given.grants]


def _references(manifest_list: Sequence[Manifest]) -> list[ObjectRef]:
    return [reference(manifest) for manifest in manifest_list]


def kinds(engine_of: EngineOf, sandbox_of: SandboxOf) -> Mapping[str, Kind]:
    """Return the resource types by Pulumi token."""
    objects = Objects(sandbox_of)
    return {
        "taller:index:Node": Node(engine_of),
        "taller:index:Objects": objects,
        "taller:index:Fault": objects,
        "taller:index:Access": Access(sandbox_of),
        "taller:index:AwsSystem": SystemKind(),
        "taller:index:AwsAccess": AccessKind(),
        "taller:index:Live": LiveKind(engine_of),
        "taller:index:Workspace": WorkspaceKind(engine_of),
    }
