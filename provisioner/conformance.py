"""What every engine must do, run on two fresh labs through its port: `taller engine check NAME`.

A check returns when it holds and raises otherwise. What an engine is known not to do yet is in KNOWN_GAPS with the
reason; its check runs all the same, so that a gap that was closed is noticed.
"""

import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from labs.core.errors import InfrastructureError, TallerError
from labs.core.ids import new_lab_id
from labs.core.ports import CandidateAccess, Engine, Limits, SandboxHandle, SandboxSpec
from labs.core.probes import (
    AccessQuestion,
    ClientIdentity,
    DnsQuery,
    ExecRequest,
    HttpRequest,
    NetworkProbe,
    ObjectRef,
    ProbeAnswer,
    ProbeOutcome,
    service_account,
)
from provisioner import conformance_objects as objects
from provisioner.conformance_objects import NAMESPACE
from provisioner.inventory import host_inventory
from provisioner.kubernetes.access import Grant, give, revoke
from provisioner.kubernetes.credentials import credentials
from provisioner.kubernetes.sandbox import KubernetesSandbox

WAIT_SECONDS = 40.0
"""Pods run after two seconds; an overloaded host takes ten times as long."""
REVOKED_SECONDS = 15.0
"""The API server remembers a token for ten seconds."""
COMMAND_SECONDS = 40.0
LIMITS = Limits(memory_mib=1200, disk_mib=1024)
WORDS = ("alpha", "beta")

KNOWN_GAPS: Mapping[str, Mapping[str, str]] = {}


class DoesNotHoldError(InfrastructureError):
    """A check saw something else than it must."""


@dataclass(frozen=True, slots=True)
class Lab:
    """One lab under test."""

    engine: Engine
    spec: SandboxSpec
    handle: SandboxHandle
    sandbox: KubernetesSandbox
    word: str

    def ask(self, *probes: NetworkProbe) -> Sequence[ProbeAnswer]:
        """Return the answers to a client in the suite's namespace."""
        with self.sandbox.prober(ClientIdentity(NAMESPACE)) as prober:
            return prober.ask(probes)

    def object(self, api_version: str, kind: str, name: str, namespace: str = NAMESPACE) -> Mapping[str, Any]:
        """Return an object; an empty one when it is not there."""
        return self.sandbox.reader.get(ObjectRef(api_version, kind, name, namespace)) or {}

    def web_pod(self) -> str:
        """Return the name of a pod of the web server."""
        return str(self.sandbox.reader.list("v1", "Pod", namespace=NAMESPACE, labels="app=web")[0]["metadata"]["name"])

    def command(self, *words: str, kubeconfig: str = "") -> "subprocess.CompletedProcess[str]":
        """Run a command in a cell beside the node, as the candidate's shell is."""
        argv = self.engine.command_in_cell(self.spec.lab, words, CandidateAccess(kubeconfig or self.handle.admin))
        return subprocess.run(
            argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=COMMAND_SECONDS, check=False
        )


@dataclass(frozen=True, slots=True)
class Pair:
    """Two labs with the same objects."""

    one: Lab
    two: Lab


class State(StrEnum):
    """What became of a check. `closed` is a gap that is none any more: KNOWN_GAPS must forget it.

    `skipped` could not be run here: it says nothing, and is counted.
    """

    HOLDS = "holds"
    FAILS = "fails"
    GAP = "gap"
    CLOSED = "closed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A check and what became of it; `detail` is what was seen, or the gap's reason."""

    name: str
    state: State
    seconds: float
    detail: str = ""


def expect(what: str, seen: object, wanted: object) -> None:
    """Raise DoesNotHoldError unless `seen` is `wanted`."""
    if seen != wanted:
        raise DoesNotHoldError(f"{what}: {str(seen)[:300]!r}, not {wanted!r}")


def until(what: str, look: Callable[[], object], wanted: object, *, limit_seconds: float = WAIT_SECONDS) -> None:
    """Return once `look()` gives `wanted`. Raises DoesNotHoldError with the last thing seen."""
    deadline = time.monotonic() + limit_seconds
    while (seen := look()) != wanted:
        if time.monotonic() > deadline:
            expect(f"{what}, after {limit_seconds:.0f} s", seen, wanted)
        time.sleep(0.1)


def node_is_ready(pair: Pair) -> None:
    """One node or more, all Ready."""
    nodes = pair.one.sandbox.reader.list("v1", "Node")
    ready = [c["status"] for node in nodes for c in node["status"]["conditions"] if c["type"] == "Ready"]
    expect("conditions", set(ready), {"True"})


def second_create_is_the_same(pair: Pair) -> None:
    """`create` of a living lab changes nothing."""
    expect("handle", pair.one.engine.create(pair.one.spec), pair.one.handle)
    expect("is_alive", pair.one.engine.is_alive(pair.one.spec.lab), wanted=True)


def api_is_at_the_labs_address(pair: Pair) -> None:
    """The kubeconfig names the lab's address, and no other lab has it."""
    for lab in (pair.one, pair.two):
        expect("server", urlsplit(credentials(lab.handle.admin).server).hostname, lab.handle.address)
    if pair.one.handle.address == pair.two.handle.address:
        raise DoesNotHoldError("both labs have the same address")


def pods_run(pair: Pair) -> None:
    """A Deployment of two becomes available."""
    until("replicas", lambda: pair.one.object("apps/v1", "Deployment", "web")["status"].get("availableReplicas"), 2)


def service_by_name_and_address(pair: Pair) -> None:
    """A Service answers by its name in both forms and by its address."""
    address = pair.one.object("v1", "Service", "web")["spec"]["clusterIP"]
    urls = [f"http://{host}/" for host in ("web", f"web.{NAMESPACE}.svc.cluster.local", address)]

    def answers() -> object:
        return [(answer.status, answer.body.strip()) for answer in pair.one.ask(*map(HttpRequest, urls))]

    # DNS starts after the node is Ready, and endpoints reach the proxy after the pods are available.
    until("answers", answers, [(200, pair.one.word)] * len(urls))


def dns_knows_names(pair: Pair) -> None:
    """The cluster's DNS gives the Service's address, and says that a name is unknown."""
    known, unknown = pair.one.ask(DnsQuery("web"), DnsQuery(f"nothing.{NAMESPACE}.svc.cluster.local"))
    expect("web", known.addresses, (pair.one.object("v1", "Service", "web")["spec"]["clusterIP"],))
    expect("nothing", unknown.outcome, ProbeOutcome.NAME_UNKNOWN)


def exec_works(pair: Pair) -> None:
    """Output, errors and the exit code of a command in a pod."""
    request = ExecRequest(NAMESPACE, pair.one.web_pod(), ("sh", "-c", "cat /tmp/index.html; echo oops >&2; exit 7"))
    answer = pair.one.sandbox.execute(request)
    expect("answer", (answer.exit_code, answer.stdout, answer.stderr), (7, f"{pair.one.word}\n", "oops\n"))


def logs_work(pair: Pair) -> None:
    """A pod's log."""
    expect("log", pair.one.sandbox.reader.logs(NAMESPACE, pair.one.web_pod()), f"serving {pair.one.word}\n")


def rights_are_told(pair: Pair) -> None:
    """The authorizer says what a service account may do."""
    user, groups = service_account(NAMESPACE, "default")
    stranger = AccessQuestion(user, groups, "list", "pods", namespace=NAMESPACE)
    master = AccessQuestion("somebody", ("system:masters",), "get", "pods/log", namespace=NAMESPACE)
    reader = pair.one.sandbox.reader
    expect("a stranger, an administrator", (reader.is_allowed(stranger), reader.is_allowed(master)), (False, True))


def dry_runs_are_judged(pair: Pair) -> None:
    """What would be created is said, a refusal too, and nothing is."""
    reader = pair.one.sandbox.reader
    metadata = {"name": "asked", "namespace": NAMESPACE}
    good = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}
    bad = {**good, "metadata": {**metadata, "labels": {"a": "no label!"}}}
    said = reader.would_create(good).is_let_in, reader.would_create(bad).is_let_in
    left = reader.get(ObjectRef("v1", "ConfigMap", "asked", NAMESPACE))
    expect("a good one, a bad one, what is left", (*said, left), (True, False, None))


def port_forward_works(pair: Pair) -> None:
    """`kubectl port-forward` from a candidate's shell."""
    script = (
        f"kubectl -n {NAMESPACE} port-forward deploy/web 18080:{objects.PORT} >/dev/null & "
        "for i in {1..100}; do curl -sf http://127.0.0.1:18080/ && exit 0; sleep 0.1; done; exit 1"
    )
    done = pair.one.command("bash", "-c", script)
    expect("answer", (done.returncode, done.stdout.strip()), (0, pair.one.word))


def command_in_cell_is_the_candidates(pair: Pair) -> None:
    """A command runs as nobody special, with the kubeconfig it was given, and its exit code comes back."""
    done = pair.one.command("bash", "-c", "id -u; kubectl auth whoami -o name 2>/dev/null; kubectl version; exit 9")
    expect("exit code", done.returncode, 9)
    expect("is root", done.stdout.splitlines()[:1] == ["0"], wanted=False)
    if "Server Version" not in done.stdout:
        raise DoesNotHoldError(f"kubectl does not reach the API server: {done.stderr[-300:]}")


def memory_limit_kills(pair: Pair) -> None:
    """A container that takes more than its limit is killed, and the reason is told."""

    def reason() -> object:
        statuses = pair.one.object("v1", "Pod", objects.GREEDY)["status"].get("containerStatuses") or [{}]
        return statuses[0].get("state", {}).get("terminated", {}).get("reason")

    until("reason", reason, "OOMKilled")


def cpu_limit_throttles(pair: Pair) -> None:
    """A busy container gets what its limit says and no more."""
    script = "cat /sys/fs/cgroup/cpu.stat /sys/fs/cgroup/cpu/cpu.stat 2>/dev/null"
    request = ExecRequest(NAMESPACE, objects.BUSY, ("sh", "-c", script), timeout_seconds=30.0)

    def is_throttled() -> bool:
        counters = dict(line.split() for line in pair.one.sandbox.execute(request).stdout.splitlines())
        return int(counters.get("nr_throttled", 0)) > 0

    phase = lambda: pair.one.object("v1", "Pod", objects.BUSY)["status"]["phase"]  # noqa: E731
    until("phase", phase, "Running")
    until("throttled", is_throttled, wanted=True)


def labs_are_apart(pair: Pair) -> None:
    """The same names in two labs are different things: each answers its own word, one's change is not the other's."""

    def others_answer() -> object:
        (answer,) = pair.two.ask(HttpRequest("http://web/"))
        return answer.body.strip()

    until("the other lab's answer", others_answer, pair.two.word)
    pair.one.sandbox.writer.delete([ObjectRef("v1", "ConfigMap", "word", NAMESPACE)])
    expect("the other lab's word", pair.two.object("v1", "ConfigMap", "word").get("data"), {"word": pair.two.word})
    expect("the deleted word", pair.one.object("v1", "ConfigMap", "word"), {})


def access_is_restricted_and_ends(pair: Pair) -> None:
    """A candidate may what was granted, nothing else, and nothing once it is revoked."""
    admin = pair.one.sandbox
    rules = [{"apiGroups": [""], "resources": ["pods", "configmaps"], "verbs": ["get", "list"]}]
    candidate = KubernetesSandbox(give(admin, [Grant(NAMESPACE, rules)], ttl_seconds=600))
    own = f"/api/v1/namespaces/{NAMESPACE}/pods"

    def status(path: str) -> int:
        return candidate.transport.call("GET", path).status

    try:
        until("granted", lambda: status(own), 200)
        for path in (
            "/api/v1/namespaces/default/configmaps",
            f"/api/v1/namespaces/{NAMESPACE}/secrets",
            "/api/v1/nodes",
        ):
            expect(path, status(path), 403)
        revoke(admin)
        until("revoked", lambda: status(own) in {401, 403}, wanted=True, limit_seconds=REVOKED_SECONDS)
    finally:
        candidate.close()


def network_policy_is_enforced(pair: Pair) -> None:
    """Under a policy that lets nobody in, nobody gets in."""
    pair.one.sandbox.writer.apply([objects.deny_all()], field_manager="conformance")
    try:
        (answer,) = pair.one.ask(HttpRequest("http://web/", timeout_seconds=1.0))
        expect("outcome", answer.outcome, ProbeOutcome.TIMED_OUT)
    finally:
        pair.one.sandbox.writer.delete([ObjectRef("networking.k8s.io/v1", "NetworkPolicy", "deny", NAMESPACE)])


def storage_class_is_there(pair: Pair) -> None:
    """A claim without a class gets a volume."""
    admin, claim = pair.one.sandbox, ObjectRef("v1", "PersistentVolumeClaim", objects.CLAIM, NAMESPACE)
    admin.writer.apply(objects.claim(), field_manager="conformance")
    try:
        until("claim", lambda: ((admin.reader.get(claim) or {}).get("status") or {}).get("phase"), "Bound")
    finally:
        admin.writer.delete([ObjectRef("v1", "Pod", objects.CLAIM, NAMESPACE), claim])


def usage_is_measured(pair: Pair) -> None:
    """`kubectl top` has an answer."""
    until("kubectl top", lambda: pair.one.command("kubectl", "top", "nodes").returncode, 0)


def destroy_leaves_nothing(pair: Pair) -> None:
    """One lab goes, twice, without a trace; the other lives on, then goes too."""
    engine = pair.one.engine
    for lab, other in ((pair.one, pair.two), (pair.two, None)):
        for _ in range(2):
            engine.destroy(lab.spec.lab)
        expect("is_alive", engine.is_alive(lab.spec.lab), wanted=False)
        left = [f"{each.kind} {each.name}" for each in host_inventory() if each.lab == lab.spec.lab]
        expect("left on the host", left, [])
        if other:
            expect("the other lab is alive", engine.is_alive(other.spec.lab), wanted=True)
            expect("its nodes", len(other.sandbox.reader.list("v1", "Node")), 1)


CHECKS: Sequence[tuple[str, Callable[[Pair], None]]] = (
    ("the node is Ready", node_is_ready),
    ("a second create returns the same lab", second_create_is_the_same),
    ("the API is at the lab's address", api_is_at_the_labs_address),
    ("pods run", pods_run),
    ("a Service answers by name and by address", service_by_name_and_address),
    ("DNS knows names", dns_knows_names),
    ("exec works", exec_works),
    ("logs work", logs_work),
    ("the authorizer tells who may do what", rights_are_told),
    ("a dry run tells what would be created", dry_runs_are_judged),
    ("port-forward works", port_forward_works),
    ("a candidate's command runs beside the node", command_in_cell_is_the_candidates),
    ("a memory limit kills", memory_limit_kills),
    ("a CPU limit throttles", cpu_limit_throttles),
    ("two labs are apart", labs_are_apart),
    ("a candidate's access is restricted and ends", access_is_restricted_and_ends),
    ("a NetworkPolicy is enforced", network_policy_is_enforced),
    ("there is a default StorageClass", storage_class_is_there),
    ("usage is measured (metrics.k8s.io)", usage_is_measured),
    ("destroy leaves nothing", destroy_leaves_nothing),
)


def check_engine(engine: Engine, *, told: Callable[[Outcome], None] = lambda _: None) -> Sequence[Outcome]:
    """Return what became of every check, on two labs that are gone afterwards.

    Raises HostError when the host cannot run the labs and InfrastructureError when they do not come up.
    """
    specs = [SandboxSpec(new_lab_id("conformance"), LIMITS) for _ in WORDS]
    outcomes = []
    try:
        with ThreadPoolExecutor(len(specs)) as pool:
            labs = list(pool.map(lambda pair: _lab(engine, *pair), zip(specs, WORDS, strict=True)))
        for name, check in CHECKS:
            outcomes.append(_outcome(engine.name, name, check, Pair(*labs)))
            told(outcomes[-1])
    finally:
        for spec in specs:
            engine.destroy(spec.lab)
    for lab in labs:
        lab.sandbox.close()
    return outcomes


def _lab(engine: Engine, spec: SandboxSpec, word: str) -> Lab:
    handle = engine.create(spec)
    sandbox = KubernetesSandbox(handle.admin)
    sandbox.writer.apply(objects.world(word), field_manager="conformance")
    return Lab(engine, spec, handle, sandbox, word)


def _outcome(engine: str, name: str, check: Callable[[Pair], None], pair: Pair) -> Outcome:
    return outcome_of(name, lambda: check(pair), gap=KNOWN_GAPS.get(engine, {}).get(name, ""))


def outcome_of(name: str, check: Callable[[], None], *, gap: str) -> Outcome:
    """What became of a check that an engine is known to fail for the reason `gap`, or should pass (empty)."""
    begun = time.monotonic()
    try:
        check()
    except (TallerError, subprocess.TimeoutExpired, LookupError) as error:
        # LookupError: an object without the field that a check reads is not what it must be.
        return Outcome(name, State.GAP if gap else State.FAILS, time.monotonic() - begun, gap or str(error))
    detail = "KNOWN_GAPS still names it" if gap else ""
    return Outcome(name, State.CLOSED if gap else State.HOLDS, time.monotonic() - begun, detail)
