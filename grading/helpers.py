"""What a scenario's checks.py may import: `check`, `ScenarioView`, `Finding`, `passed`, `failed`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType

from grading import lab_dns
from grading.baseline import Baseline
from grading.findings import Finding, UndecidableError, Words, failed, passed
from grading.probe_pods import ProbelessReader
from grading.probing import Probes
from grading.shared_look import SharedLook
from grading.spec import GradingSpec
from labs.core.aws import AwsReader
from labs.core.errors import InputError, UnreachableError
from labs.core.ports import ClusterReader, Sandbox
from labs.core.probes import (
    ClientIdentity,
    DnsQuery,
    ExecAnswer,
    ExecRequest,
    HttpRequest,
    NetworkProbe,
    ProbeAnswer,
    TcpDial,
)

__all__ = ["Finding", "PythonCheck", "ScenarioView", "Words", "check", "collect", "failed", "passed"]


@dataclass(frozen=True, slots=True)
class ScenarioView:
    """A sandbox as one scenario's checks see it: to read and to probe, never to change.

    Every method raises UnreachableError when it cannot look; let it pass: it makes the check inconclusive.
    """

    spec: GradingSpec
    baseline: Baseline
    sandbox: Sandbox
    probes: Probes
    shared: SharedLook = field(default_factory=SharedLook, compare=False, repr=False)
    """What the checks that judge by configuration read of the AWS account together."""

    @property
    def reader(self) -> ClusterReader:
        """The API server; our own probe pods are not in its lists."""
        return ProbelessReader(self.sandbox.reader)

    @property
    def aws(self) -> AwsReader:
        """The AWS account."""
        return self.sandbox.aws

    @property
    def parameters(self) -> Mapping[str, str | int]:
        """The candidate's variant."""
        return self.spec.parameters

    @property
    def client(self) -> ClientIdentity:
        """Whom probes impersonate. Raises UndecidableError when the scenario names nobody."""
        if self.spec.client is None:
            raise UndecidableError(f"{self.spec.scenario} names no client for its probes.")
        return self.spec.client.identity

    @property
    def namespace(self) -> str:
        """The client's namespace."""
        return self.client.namespace

    def ask(self, probes: Sequence[NetworkProbe], *, client: ClientIdentity | None = None) -> Sequence[ProbeAnswer]:
        """Answers to the probes, as the scenario's client (or `client`) gets them.

        Raises UnreachableError, too, when names were asked for while the lab's own DNS was gone.
        """
        answers = self.probes.ask(client or self.client, probes)
        is_the_labs = lab_dns.NAMESPACE not in self.spec.scope.namespaces
        if is_the_labs and (
            lab_dns.refused(answers) or (lab_dns.was_needed(probes, answers) and lab_dns.is_gone(self.reader))
        ):
            raise UnreachableError("The lab's own DNS serves nobody now.")
        return answers

    def http(self, url: str, *, method: str = "GET", body: str = "", timeout_seconds: float = 2.0) -> ProbeAnswer:
        """The answer to one HTTP request."""
        return self.ask([HttpRequest(url, method=method, body=body, timeout_seconds=timeout_seconds)])[0]

    def dns(self, name: str) -> ProbeAnswer:
        """The answer to one look-up."""
        return self.ask([DnsQuery(name)])[0]

    def tcp(self, host: str, port: int) -> ProbeAnswer:
        """The answer to one connection attempt."""
        return self.ask([TcpDial(host, port)])[0]

    def execute(self, pod: str, command: Sequence[str], *, namespace: str = "", container: str = "") -> ExecAnswer:
        """The answer of a command in a pod (of the client's namespace by default)."""
        request = ExecRequest(namespace or self.namespace, pod, tuple(command), container)
        return self.sandbox.execute(request)


@dataclass(frozen=True, slots=True)
class PythonCheck:
    """A check function and the id that scenario.yaml calls it by."""

    id: str
    function: Callable[[ScenarioView], Finding]

    def __call__(self, view: ScenarioView) -> Finding:
        """The finding. Raises UndecidableError when the function returns anything else."""
        finding: object = self.function(view)
        if not isinstance(finding, Finding):
            raise UndecidableError(f"The check function {self.id} returned {type(finding).__name__}, not a Finding.")
        return finding


def check(check_id: str) -> Callable[[Callable[[ScenarioView], Finding]], PythonCheck]:
    """Register the decorated function under `check_id`, in the module that holds it."""

    def register(function: Callable[[ScenarioView], Finding]) -> PythonCheck:
        return PythonCheck(check_id, function)

    return register


def collect(module: ModuleType) -> dict[str, PythonCheck]:
    """The registered functions of a module, by id. Raises InputError when two have the same id."""
    found: dict[str, PythonCheck] = {}
    for value in vars(module).values():
        if isinstance(value, PythonCheck) and found.setdefault(value.id, value) is not value:
            raise InputError(f"{module.__name__} registers the check {value.id} twice.")
    return found
