"""Hand-written fakes of the ports: a cluster in memory, a clock that never waits, probers that follow a script."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from grading.baseline import Baseline, record
from grading.helpers import ScenarioView
from grading.probing import Probes
from grading.spec import GradingSpec
from labs.core.errors import InputError, UnreachableError
from labs.core.probes import (
    AccessQuestion,
    Admission,
    ApiAnswer,
    ClientIdentity,
    ExecAnswer,
    ExecRequest,
    HttpRequest,
    NetworkProbe,
    ObjectRef,
    ProbeAnswer,
    ProbeOutcome,
    ToolRequest,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from labs.core.aws import AwsReader
    from labs.core.ports import Manifest, Prober

START = 1_700_000_000.0
"""The fakes' first moment: 2023-11-14T22:13:20Z."""

MESSAGE = {"en": "Orders are answered.", "es": "Los pedidos reciben respuesta."}
OK = ProbeAnswer(ProbeOutcome.ANSWERED, status=200, body="orders")
REFUSED = ProbeAnswer(ProbeOutcome.REFUSED)
TIMED_OUT = ProbeAnswer(ProbeOutcome.TIMED_OUT)

Answerer = "Callable[[NetworkProbe, ClientIdentity], ProbeAnswer]"


def rfc3339(seconds: float) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).isoformat().replace("+00:00", "Z")


class FakeClock:
    def __init__(self, now: float = START) -> None:
        self.time = now
        self.slept: list[float] = []

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        assert len(self.slept) < 5000, "waits for ever"
        self.slept.append(seconds)
        self.time += seconds


class FakeReader:
    """Objects in memory, with UIDs and times as an API server gives them."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.objects: dict[ObjectRef, dict[str, Any]] = {}
        self.is_down = False
        self.made = 0
        self.calls = 0
        self.on_look: Callable[[], None] = lambda: None
        self.allows: Callable[[AccessQuestion], bool] = lambda _: False
        self.admits: Callable[[Manifest], Admission] = lambda manifest: Admission(is_let_in=True, manifest=manifest)
        self.evicts: Callable[[str, str], Admission] = lambda _namespace, _pod: Admission(is_let_in=True)

    def put(self, api_version: str, kind: str, name: str, namespace: str = "shop", **rest: Any) -> dict[str, Any]:
        """Create an object, now. `metadata` in `rest` is merged over what the server fills in."""
        self.made += 1
        metadata = {
            "name": name,
            "uid": f"uid-{self.made}",
            "creationTimestamp": rfc3339(self.clock.now()),
            **({"namespace": namespace} if namespace else {}),
            **rest.pop("metadata", {}),
        }
        manifest = {"apiVersion": api_version, "kind": kind, "metadata": metadata, **rest}
        self.objects[ObjectRef(api_version, kind, name, namespace)] = manifest
        return manifest

    def wrote(self, manifest: dict[str, Any], *, at: float, subresource: str = "", fields: Any = None) -> None:
        """Note in the managed fields that somebody wrote to the object."""
        entry = {"manager": "kubectl", "time": rfc3339(at), "fieldsV1": fields or {}}
        if subresource:
            entry["subresource"] = subresource
        manifest["metadata"].setdefault("managedFields", []).append(entry)

    def remove(self, api_version: str, kind: str, name: str, namespace: str = "shop") -> None:
        del self.objects[ObjectRef(api_version, kind, name, namespace)]

    def get(self, ref: ObjectRef) -> Manifest | None:
        self._check()
        return self.objects.get(ref)

    def list(self, api_version: str, kind: str, *, namespace: str = "", labels: str = "") -> Sequence[Manifest]:
        self._check()
        wanted = dict(pair.split("=") for pair in labels.split(",") if pair)
        return [
            manifest
            for ref, manifest in self.objects.items()
            if (ref.api_version, ref.kind) == (api_version, kind)
            and namespace in ("", ref.namespace)
            and wanted.items() <= (manifest["metadata"].get("labels") or {}).items()
        ]

    def logs(self, namespace: str, pod: str, *, container: str = "", tail_lines: int = 100) -> str:
        self._check()
        return f"{namespace}/{pod}/{container}: {tail_lines}"

    def is_allowed(self, question: AccessQuestion) -> bool:
        self._check()
        return self.allows(question)

    def would_create(self, manifest: Manifest) -> Admission:
        self._check()
        return self.admits(manifest)

    def would_evict(self, namespace: str, pod: str) -> Admission:
        self._check()
        return self.evicts(namespace, pod)

    def _check(self) -> None:
        self.calls += 1
        self.on_look()
        if self.is_down:
            raise UnreachableError("The API server does not answer.")


@dataclass
class FakeProber:
    sandbox: FakeSandbox
    identity: ClientIdentity

    def ask(self, probes: Sequence[NetworkProbe]) -> Sequence[ProbeAnswer]:
        self.sandbox.asked.append(len(probes))
        if self.sandbox.probes_are_down:
            raise UnreachableError("The probe pod is gone.")
        return [self.sandbox.answer(probe, self.identity) for probe in probes]


@dataclass
class FakeSandbox:
    clock: FakeClock = field(default_factory=FakeClock)
    probes_are_down: bool = False
    prober_cannot_be_had: bool = False
    opened: list[ClientIdentity] = field(default_factory=list)
    closed: list[ClientIdentity] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)
    executed: list[ExecRequest] = field(default_factory=list)
    ran: list[ToolRequest] = field(default_factory=list)
    tool_answer: ExecAnswer = field(default_factory=lambda: ExecAnswer(0, "", ""))
    api_answer: ApiAnswer | None = None
    exec_answer: ExecAnswer = field(default_factory=lambda: ExecAnswer(0, "fine\n", ""))

    def __post_init__(self) -> None:
        self.reader = FakeReader(self.clock)
        self.answer: Callable[[NetworkProbe, ClientIdentity], ProbeAnswer] = lambda _probe, _identity: OK

    @contextmanager
    def _prober(self, identity: ClientIdentity) -> Iterator[Prober]:
        if self.prober_cannot_be_had:
            raise UnreachableError("The probe pod cannot be had.")
        self.opened.append(identity)
        yield FakeProber(self, identity)
        self.closed.append(identity)

    def prober(self, identity: ClientIdentity) -> Any:
        return self._prober(identity)

    def execute(self, request: ExecRequest) -> ExecAnswer:
        self.executed.append(request)
        return self.exec_answer

    def run(self, request: ToolRequest) -> ExecAnswer:
        self.ran.append(request)
        return self.tool_answer

    def ask_api(self, path: str) -> ApiAnswer:
        if self.api_answer is None:
            raise UnreachableError(f"Nobody knows whether the node lives ({path}).")
        return self.api_answer

    @property
    def aws(self) -> AwsReader:
        raise InputError("no AWS account here")

    def answers(self, answer: ProbeAnswer) -> None:
        """Every probe gets this answer from now on."""
        self.answer = lambda _probe, _identity: answer

    def answers_by_time(self, choose: Callable[[float], ProbeAnswer]) -> None:
        """Every probe gets the answer that `choose` gives for the seconds since START."""
        self.answer = lambda _probe, _identity: choose(self.clock.now() - START)


def http_check(**changes: Any) -> dict[str, Any]:
    return {
        "id": "orders-answered",
        "points": 60,
        "message": MESSAGE,
        "http": {"url": "http://orders/", "expect": {"status": 200}},
    } | changes


def python_check(check_id: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"{check_id}-holds",
        "points": 10,
        "message": MESSAGE,
        "python": check_id,
        "hold_seconds": 0,
    } | changes


def guard(**changes: Any) -> dict[str, Any]:
    return {"id": "orders-lives", "message": MESSAGE, "penalty": 10} | changes


def deployment(name: str = "orders", **rest: Any) -> dict[str, Any]:
    return {"apiVersion": "apps/v1", "kind": "Deployment", "namespace": "shop", "name": name} | rest


def grading_spec(
    checks: Sequence[dict[str, Any]] = (), safeguards: Sequence[dict[str, Any]] = (), **rest: Any
) -> GradingSpec:
    data = {
        "scenario": "orders_routing",
        "title": {"en": "Orders", "es": "Pedidos"},
        "requirements": ["kubernetes.troubleshooting"],
        "client": {"namespace": "shop", "labels": {"app": "client"}},
        "checks": list(checks) or [http_check()],
        "safeguards": list(safeguards),
    }
    return GradingSpec.model_validate(data | rest)


def view_of(sandbox: FakeSandbox, spec: GradingSpec | None = None, baseline: Baseline | None = None) -> ScenarioView:
    spec = spec or grading_spec()
    baseline = baseline or record(sandbox.reader, spec, sandbox.clock)
    return ScenarioView(spec, baseline, sandbox, Probes(sandbox))


def url_of(probe: NetworkProbe) -> str:
    return probe.url if isinstance(probe, HttpRequest) else ""
