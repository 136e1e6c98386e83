"""The ports between our layers. `grading` reads through these; `provisioner` implements them; tests fake them."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from labs.core.aws import AwsReader
from labs.core.ids import LabId
from labs.core.probes import (
    AccessQuestion,
    Admission,
    ApiAnswer,
    ClientIdentity,
    ExecAnswer,
    ExecRequest,
    NetworkProbe,
    ObjectRef,
    ProbeAnswer,
    ToolRequest,
)

Manifest = Mapping[str, Any]
"""One Kubernetes object as plain data (JSON types only)."""


class Clock(Protocol):
    """Time, so that tests need not wait."""

    def now(self) -> float:
        """Seconds since the epoch, UTC."""

    def sleep(self, seconds: float) -> None:
        """Return after `seconds`."""


class ClusterReader(Protocol):
    """Reading an API server with the grader's credentials. Every method raises UnreachableError when it cannot look."""

    def get(self, ref: ObjectRef) -> Manifest | None:
        """The object, or None when the API server says there is none."""

    def list(self, api_version: str, kind: str, *, namespace: str = "", labels: str = "") -> Sequence[Manifest]:
        """Objects of a kind; `namespace` empty means all; `labels` is a Kubernetes label selector.

        A kind that the API server does not serve gives an empty list.
        """

    def logs(self, namespace: str, pod: str, *, container: str = "", tail_lines: int = 100) -> str:
        """The last lines of a container's log, at most 64 KiB."""

    def is_allowed(self, question: AccessQuestion) -> bool:
        """What the API server's authorizer says. Nothing is created by asking."""

    def would_create(self, manifest: Manifest) -> Admission:
        """What the API server would make of a new object, webhooks and policies heard. Nothing is created by asking."""

    def would_evict(self, namespace: str, pod: str) -> Admission:
        """Whether the pod may be evicted now, as a drain asks; disruption budgets are heard. Nothing moves by asking.

        A pod that is not there has nothing to be moved: it may.
        """


class ClusterWriter(Protocol):
    """Changing objects; the provisioner's side only."""

    def apply(self, manifests: Sequence[Manifest], *, field_manager: str) -> None:
        """Server-side apply, in dependency order (Namespaces and CRDs first). Idempotent."""

    def delete(self, refs: Sequence[ObjectRef]) -> None:
        """Delete; what is not there is done already."""


class Prober(Protocol):
    """Probes from one pod. A probe that could not be started or whose answer is unreadable raises UnreachableError."""

    def ask(self, probes: Sequence[NetworkProbe]) -> Sequence[ProbeAnswer]:
        """Run the probes one after the other and return an answer for each, in order."""


class Sandbox(Protocol):
    """A running sandbox, as the grader sees it: to read and to probe, never to change."""

    @property
    def reader(self) -> ClusterReader:
        """The API server, read-only."""

    def prober(self, identity: ClientIdentity) -> AbstractContextManager[Prober]:
        """A fresh pod with that identity on the network, gone when the context ends.

        The pod is never Ready (a readiness gate nobody fulfils), so that it cannot become an endpoint, and has an
        owner, so that no controller adopts it. Raises UnreachableError when the pod cannot be had.
        """

    def execute(self, request: ExecRequest) -> ExecAnswer:
        """Run a command in a pod of the scenario. Raises UnreachableError when it could not be run."""

    def run(self, request: ToolRequest) -> ExecAnswer:
        """Run a command on the candidate's workspace, in a cell that ends with it. What it says is hostile text.

        Raises UnreachableError when it could not be run to its end, or the lab has no workspace.
        """

    def ask_api(self, path: str) -> ApiAnswer:
        """The API server's own answer to a path such as /readyz, or that its living node refused.

        Raises UnreachableError when the node does not answer, or nobody knows whether it lives.
        """

    @property
    def aws(self) -> AwsReader:
        """The lab's AWS account, read-only. Raises InputError when it has none."""


class Disturber(Protocol):
    """What the examination of durability may do to a sandbox that nobody works in. No check ever gets it."""

    def delete_pod(self, namespace: str, name: str, *, uid: str) -> None:
        """The pod with that UID is being deleted, at its own pace; another of its name is left alone. Idempotent.

        Raises InfrastructureError when the API server refuses, UnreachableError when it is silent.
        """


@dataclass(frozen=True, slots=True)
class Limits:
    """What a lab may use of the host. Reason for the defaults: eight labs fit a host of 2 cores and 24 GiB."""

    cpu_cores: float = 2.0
    """A cap against runaways, no share: labs that want more than there is get equal parts. Starting needs two cores."""
    memory_mib: int = 2048
    pids: int = 4096
    disk_mib: int = 8192


class NodeLayout(StrEnum):
    """How a cluster's first node is made."""

    ONE_PROCESS = "one-process"
    """All of Kubernetes in one process: quick and small."""
    KUBEADM = "kubeadm"
    """As `kubeadm init` leaves a host: systemd, services, static pods, all of which can be reconfigured."""


MAX_NODES = 3
"""Enough to spread over, to drain one and to lose one; each costs about 100 MiB."""


@dataclass(frozen=True, slots=True)
class SandboxSpec:
    """What an engine is asked for."""

    lab: LabId
    limits: Limits = Limits()
    egress: bool = False
    """A route out of the lab. Off unless a scenario asks for it."""
    workspace: bool = False
    """A place for files of the candidate's beside a cluster; an emulated account always has one."""
    nodes: int = 1
    """Of a cluster, the first of which has the control plane; MAX_NODES at most."""
    addons: tuple[str, ...] = ()
    """What the cluster has beside what all have, sorted: `ingress`."""
    layout: NodeLayout = NodeLayout.ONE_PROCESS


@dataclass(frozen=True, slots=True)
class SandboxHandle:
    """A sandbox that is up."""

    lab: LabId
    engine: str
    address: str
    """IPv4 address of the sandbox on the host, the only way in."""
    admin: str
    """The administrator's way in, a secret: a kubeconfig (YAML), or an AwsAdmin (JSON, see labs.core.aws)."""
    ready_seconds: float
    """From the engine's start until the sandbox answers (a node is Ready)."""


@dataclass(frozen=True, slots=True)
class CandidateAccess:
    """What a candidate's shell is given: secrets of the candidate's own."""

    kubeconfig: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables, such as AWS_ACCESS_KEY_ID."""
    terminal: bool = True
    """The command gets the caller's terminal, where there is one."""


class Engine(Protocol):
    """Where a sandbox comes from. `taller engine check NAME` runs one conformance suite over each kind."""

    name: str
    kind: str
    """`kubernetes` or `aws`."""

    def problems(self) -> Sequence[str]:
        """Why this host cannot run the engine, each with its remedy; empty when it can. Changes nothing."""

    def create(self, spec: SandboxSpec) -> SandboxHandle:
        """The sandbox of `spec.lab` is up and answers. Idempotent: an existing one is returned as it is.

        Raises HostError (nothing created) or InfrastructureError (everything created is removed again).
        """

    def is_alive(self, lab: LabId) -> bool:
        """Whether the sandbox's processes run."""

    def destroy(self, lab: LabId) -> None:
        """Nothing of the sandbox is left on the host. Idempotent; also after a half-done create or destroy."""

    def command_in_cell(self, lab: LabId, command: Sequence[str], access: CandidateAccess) -> Sequence[str]:
        """An argv that runs `command` for a candidate in a cell beside the sandbox's, with that access set up."""

    def audit_log(self, lab: LabId) -> str:
        """Who changed what when in the sandbox, as JSON lines (see labs.lifecycle.audit); hostile text.

        Raises InfrastructureError when there is none, or it cannot be read.
        """

    def command_on_node(self, lab: LabId, command: Sequence[str], *, terminal: bool) -> Sequence[str]:
        """An argv that runs `command` in the sandbox itself, as the root of its node. Raises InputError without one."""

    def end_commands(self, lab: LabId) -> None:
        """Nothing that was started with `command_in_cell` or `command_on_node` runs any more. Idempotent."""
