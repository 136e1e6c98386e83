"""scenario.yaml and fault.yaml as files, before the parameters are known. Checks are validated once rendered."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from grading.spec_parts import Ref, Text
from labs.catalogue.parameters import Parameter, Value
from labs.core.ports import MAX_NODES, NodeLayout

LEAST_MEMORY_MIB = 16
Level = Literal["junior", "semi-senior", "senior", "lead"]
RequirementText = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)*$")]
ParameterName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class FileModel(BaseModel):
    """Frozen, and strict about unknown keys. Built when first used: planning needs but a few of them."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, defer_build=True)


class SandboxNeeds(FileModel):
    """What a scenario needs of its sandbox."""

    kind: Literal["kubernetes", "aws"]
    memory_mib: int = Field(default=0, ge=0, le=65536)
    """Resident memory of the scenario's own pods, needed of those that have some; labs add it up."""
    egress: bool = False
    nodes: int = Field(default=1, ge=1, le=MAX_NODES)
    """Of the cluster; a lab has as many as the scenario that needs most."""
    addons: tuple[Literal["ingress"], ...] = ()
    """What the cluster shall have beside what all have: an Ingress controller (some 130 MiB more)."""
    account: bool = False
    """Of a scenario in a cluster: it has an AWS account beside it, an emulated one."""
    control_plane: NodeLayout = NodeLayout.ONE_PROCESS
    node_shell: bool = False
    """The candidate has a root shell on the node itself, and so owns the cluster: never in a shared sandbox."""

    @property
    def is_fresh(self) -> bool:
        """Whether a lab serves one proof only: what was done to a node is not taken back by deleting objects."""
        return self.node_shell or self.control_plane is NodeLayout.KUBEADM


class HintFile(FileModel):
    """A hint and its cost in points."""

    cost: int = Field(ge=0, le=1000)
    text: Text


class Rule(FileModel):
    """An RBAC rule; a wildcard would give more than a reviewer sees."""

    api_groups: tuple[str, ...] = Field(alias="apiGroups", min_length=1)
    resources: tuple[Annotated[str, Field(pattern=r"^[a-z]+(/[a-z]+)?$")], ...] = Field(min_length=1)
    verbs: tuple[Annotated[str, Field(pattern=r"^[a-z]+$")], ...] = Field(min_length=1)
    resource_names: tuple[str, ...] = Field(default=(), alias="resourceNames")


class Grant(FileModel):
    """What the candidate may do in one namespace, or (`cluster`) everywhere and to what lives in no namespace."""

    namespace: str = ""
    cluster: bool = False
    rules: tuple[Rule, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _one_place(self) -> "Grant":
        if bool(self.namespace) == self.cluster:
            raise ValueError("give either namespace or cluster: true")
        return self


class CandidateAccess(FileModel):
    """The rendered `candidate:` part."""

    candidate: tuple[Grant, ...] = ()


class Traces(FileModel):
    """What the system shows of its own making though nothing of the fault: the search for leaks lets it pass."""

    managers: tuple[str, ...] = ()
    """Field managers of the scenario's own controllers and tools."""
    said: tuple[str, ...] = ()
    """Values of the healthy system that Kubernetes itself names where it complains of the broken one."""
    logged: tuple[str, ...] = ()
    """Values of the healthy system that the broken one's own programs write down, for candidates to find there."""
    history: Annotated[str, Field(min_length=10)] | None = None
    """Why older revisions (of a Deployment, a Helm release) do not tell the answer; for those who read the scenario."""


class RenderedTraces(FileModel):
    """The rendered `traces:` part."""

    traces: Traces = Traces()


class RenderedHints(FileModel):
    """The rendered `hints:` part."""

    hints: tuple[HintFile, ...] = ()


class ScenarioFile(FileModel):
    """scenario.yaml before rendering: `Any` parts are templates."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{2,39}$")]
    title: Text
    requirements: tuple[RequirementText, ...] = Field(min_length=1)
    level: Level
    minutes: int = Field(ge=1, le=480)
    sandbox: SandboxNeeds
    shares_sandbox: bool = False
    judged_from: Literal["what_runs", "configuration"] = "what_runs"
    """`configuration`: nothing that it describes can be made in a lab; what it says is all there is to judge."""
    parameters: dict[ParameterName, Parameter] = {}
    client: dict[str, Any] | None = None
    """Of scenarios in a cluster, as `candidate`."""
    candidate: list[Any] = []
    workspace: str = ""
    """Of scenarios in a cluster with files for the candidate: the folder's name, which they see."""
    aws: dict[str, Any] | None = None
    """Of scenarios in an AWS account, or with one beside their cluster."""
    checks: list[Any]
    safeguards: list[Any] = []
    hints: list[Any] = []
    scope: dict[str, Any] = {}
    durability: dict[str, Any] | None = None
    traces: dict[str, Any] = {}
    pass_share: float = Field(default=1.0, gt=0, le=1)

    @model_validator(mode="after")
    def _parts_of_its_kind(self) -> "ScenarioFile":
        of_cluster: tuple[str, ...] = ("client", "candidate")
        of_account: tuple[str, ...] = ("aws",)
        needed, useless = of_cluster, of_account
        if self.sandbox.kind == "aws":
            needed, useless = of_account, (*of_cluster, "workspace")
        if self.sandbox.account:
            if self.sandbox.kind != "kubernetes":
                raise ValueError("sandbox.account: goes with kind: kubernetes; kind: aws has one by itself")
            needed, useless = (*of_cluster, *of_account), ()
        problems = [
            f"a scenario of kind {self.sandbox.kind} needs {name}" for name in needed if not getattr(self, name)
        ]
        problems += [f"a scenario of kind {self.sandbox.kind} has no {name}" for name in useless if getattr(self, name)]
        if self.sandbox.kind == "kubernetes" and self.sandbox.memory_mib < LEAST_MEMORY_MIB:
            problems.append(f"sandbox.memory_mib: pods take at least {LEAST_MEMORY_MIB}")
        if self.sandbox.kind != "kubernetes" and self.sandbox.addons:
            problems.append("sandbox.addons: only clusters have some")
        problems += _node_problems(self.sandbox, is_shared=self.shares_sandbox)
        if problems:
            raise ValueError("; ".join(problems))
        return self


def _node_problems(needs: SandboxNeeds, *, is_shared: bool) -> list[str]:
    is_kubeadm = needs.control_plane is NodeLayout.KUBEADM
    wrong = {
        "sandbox.nodes: only a cluster has nodes": needs.kind != "kubernetes" and needs.nodes > 1,
        "sandbox.control_plane: only a cluster has one": needs.kind != "kubernetes" and is_kubeadm,
        "sandbox.nodes: a node that is laid out by kubeadm is alone": is_kubeadm and needs.nodes > 1,
        "sandbox.node_shell: needs control_plane: kubeadm": needs.node_shell and not is_kubeadm,
        "shares_sandbox: whoever owns the node owns every scenario on it": is_kubeadm and is_shared,
    }
    return [problem for problem, is_so in wrong.items() if is_so]


class FaultPatch(FileModel):
    """One entry of fault.yaml: merged into `target` when every parameter in `when` has the value given there."""

    target: Ref
    patch: dict[str, Any] = Field(min_length=1)
    when: dict[str, Value] = {}


class FaultFile(FileModel):
    """fault.yaml, rendered; the file itself is the list."""

    patches: tuple[FaultPatch, ...] = Field(min_length=1)
