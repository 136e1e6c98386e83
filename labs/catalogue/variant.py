"""The variant of a scenario that one candidate gets: plain data, everything filled in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from grading.spec import GradingSpec
from labs.catalogue.parameters import Value
from labs.core.awssystem import AwsSystem
from labs.core.errors import NotFoundError
from labs.core.ids import ScenarioId
from labs.core.ports import Manifest
from labs.core.probes import ClientIdentity, ObjectRef

LANGUAGES = ("en", "es")


@dataclass(frozen=True, slots=True)
class Script:
    """A fix or a trap: bash with kubectl, as a candidate would type it in their shell, or (`on_node`) on the node."""

    name: str
    text: str
    caught_by: str = ""
    """Traps only: the check or safeguard that must catch it."""
    on_node: bool = False


@dataclass(frozen=True, slots=True)
class Access:
    """What the candidate may do in one namespace. `rules` are RBAC rules as plain data."""

    namespace: str
    """Empty: in the whole cluster."""
    rules: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Live:
    """What is done in the running cluster, as bash with the administrator's kubectl; either may be empty."""

    healthy: str
    broken: str


@dataclass(frozen=True, slots=True)
class Workspace:
    """A folder of the candidate's in a lab with a cluster, and the texts in it by their path."""

    folder: str
    healthy: Mapping[str, str]
    broken: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Hint:
    """A hint and the points it costs."""

    cost: int
    text: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AwsVariant:
    """What the lab's AWS account holds, and may hold."""

    healthy: AwsSystem
    broken: AwsSystem
    """`healthy` with the fault merged in; what a lab is created from."""
    policy: tuple[Mapping[str, Any], ...]
    """IAM statements of the candidate."""

    @property
    def faulted(self) -> frozenset[str]:
        """Names of the resources, steps and files that the fault touches."""
        healthy, broken = self.healthy.parts, self.broken.parts
        return frozenset(name for name in {**healthy, **broken} if healthy.get(name) != broken.get(name))


@dataclass(frozen=True, slots=True)
class Variant:
    """A scenario with one candidate's parameters filled in; JSON data only."""

    scenario: ScenarioId
    parameters: Mapping[str, Value]
    healthy: tuple[Manifest, ...]
    broken: tuple[Manifest, ...]
    """`healthy` with the fault merged in; what a lab is created from."""
    faulted: frozenset[ObjectRef]
    """The objects that the fault touches."""
    spec: GradingSpec
    candidate_rules: tuple[Access, ...]
    hints: tuple[Hint, ...]
    fixes: Mapping[str, Script]
    traps: Mapping[str, Script]
    briefs: Mapping[str, str] = field(repr=False)
    aws: AwsVariant | None = None
    """None where there is no account."""
    live: Live | None = field(default=None, repr=False)
    """None where patches say it all."""
    workspace: Workspace | None = field(default=None, repr=False)
    """None where there are no files, or they lie beside an account (`aws`)."""
    node: Live | None = field(default=None, repr=False)
    """What is done on the node itself, as bash with its root's rights, after that."""
    managers: frozenset[str] = frozenset()
    """Field managers of the scenario's own controllers and tools."""
    said: frozenset[str] = frozenset()
    """Values of the healthy system that Kubernetes itself names where it complains of the broken one."""
    logged: frozenset[str] = frozenset()
    """Values of the healthy system that the broken one's own programs write down, for candidates to find there."""
    shows_history: bool = False
    """Whether older revisions may be there, since they do not tell the answer."""

    @property
    def client(self) -> ClientIdentity:
        """Whom the scenario's probes impersonate. Raises LookupError where there is no cluster."""
        if self.spec.client is None:
            raise LookupError(f"{self.scenario} names no client")
        return self.spec.client.identity

    @property
    def has_cluster(self) -> bool:
        """Whether it needs one; with `aws`, both."""
        return bool(self.healthy)

    @property
    def namespaces(self) -> tuple[str, ...]:
        """The namespaces that the manifests create, sorted."""
        return tuple(sorted(m["metadata"]["name"] for m in self.healthy if m["kind"] == "Namespace"))

    @property
    def cluster_refs(self) -> tuple[ObjectRef, ...]:
        """The other objects of the manifests that live in no namespace, in the manifests' order."""
        refs = {object_ref(manifest): None for manifest in (*self.healthy, *self.broken)}
        return tuple(ref for ref in refs if not ref.namespace and ref.kind != "Namespace")

    @property
    def claims(self) -> frozenset[str]:
        """What no other scenario of the sandbox may have: its namespaces and its other objects that live in none."""
        namespaces = (f"namespace {name}" for name in self.namespaces)
        return frozenset((*namespaces, *(str(ref) for ref in self.cluster_refs)))

    def brief(self, language: str) -> str:
        """What the candidate reads, Markdown. Raises NotFoundError for a language we do not have."""
        if language not in self.briefs:
            raise NotFoundError(f"There is no brief in {language!r}.", hint=f"Languages: {', '.join(LANGUAGES)}.")
        return self.briefs[language]


def object_ref(manifest: Manifest) -> ObjectRef:
    """What names a manifest."""
    metadata = manifest["metadata"]
    return ObjectRef(manifest["apiVersion"], manifest["kind"], metadata["name"], metadata.get("namespace", ""))
