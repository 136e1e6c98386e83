"""Fakes of our ports: an engine and a cluster that keep books."""

from collections.abc import Sequence
from typing import Any, cast

from labs.core.errors import InfrastructureError
from labs.core.ids import LabId
from labs.core.ports import CandidateAccess, Manifest, SandboxHandle, SandboxSpec
from labs.core.probes import ObjectRef
from provisioner.kubernetes.credentials import Credentials
from provisioner.kubernetes.paths import reference
from provisioner.kubernetes.sandbox import KubernetesSandbox
from provisioner.kubernetes.transport import Answer


class FakeEngine:
    """Sandboxes that are only names."""

    def __init__(self, name: str = "labnode", kind: str = "kubernetes") -> None:
        self.name = name
        self.kind = kind
        self.living: dict[LabId, SandboxSpec] = {}
        self.created = 0
        self.destroyed = 0
        self.ended: list[LabId] = []
        self.log = ""
        self.trouble: InfrastructureError | None = None
        self.destroy_troubles = 0

    def problems(self) -> Sequence[str]:
        return []

    def create(self, spec: SandboxSpec) -> SandboxHandle:
        if self.trouble:
            raise self.trouble
        self.created += 1
        self.living[spec.lab] = spec
        return SandboxHandle(spec.lab, self.name, "10.213.0.2", f"admin of {spec.lab}", 3.5)

    def is_alive(self, lab: LabId) -> bool:
        return lab in self.living

    def destroy(self, lab: LabId) -> None:
        if self.destroy_troubles:
            self.destroy_troubles -= 1
            raise InfrastructureError("the sandbox would not go")
        self.destroyed += 1
        self.living.pop(lab, None)

    def command_in_cell(self, lab: LabId, command: Sequence[str], access: CandidateAccess) -> Sequence[str]:
        return ["env", f"KUBECONFIG={access.kubeconfig}", f"LAB={lab}", *command]

    def audit_log(self, lab: LabId) -> str:
        return self.log if lab in self.living else ""

    def command_on_node(self, lab: LabId, command: Sequence[str], *, terminal: bool) -> Sequence[str]:
        return ["env", f"LAB={lab}", f"TERMINAL={terminal}", *command]

    def end_commands(self, lab: LabId) -> None:
        self.ended.append(lab)


class FakeCluster:
    """What KubernetesSandbox offers, without an API server."""

    credentials = Credentials("https://10.213.0.2:6443", authority="CA", certificate="C", key="K")

    def __init__(self) -> None:
        self.objects: dict[ObjectRef, Manifest] = {}
        self.applied: list[ObjectRef] = []
        self.tokens = 0

    def as_sandbox(self) -> KubernetesSandbox:
        return cast("KubernetesSandbox", self)

    @property
    def reader(self) -> "FakeCluster":
        return self

    @property
    def writer(self) -> "FakeCluster":
        return self

    @property
    def transport(self) -> "FakeCluster":
        return self

    def apply(self, manifests: Sequence[Manifest], *, field_manager: str) -> None:
        assert field_manager == "taller"
        for manifest in manifests:
            self.objects[reference(manifest)] = manifest
            self.applied.append(reference(manifest))

    def delete(self, refs: Sequence[ObjectRef]) -> None:
        for ref in refs:
            self.objects.pop(ref, None)

    def list(self, api_version: str, kind: str, *, namespace: str = "", labels: str = "") -> Sequence[Manifest]:
        del labels
        found = [(ref, m) for ref, m in self.objects.items() if (ref.api_version, ref.kind) == (api_version, kind)]
        return [m for ref, m in found if namespace in {"", ref.namespace}]

    def call(self, method: str, path: str, *, body: Any) -> Answer:
        assert (method, path.rsplit("/", 1)[1]) == ("POST", "token")
        assert body["spec"]["expirationSeconds"] > 0
        self.tokens += 1
        return Answer(201, {"status": {"token": f"token-{self.tokens}"}})
