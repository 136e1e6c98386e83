"""The grader under attack, on a real cluster: what a candidate does to be graded better, or not at all.

The scenario is mended, or not, and something is in the grader's way. No attack may give points that the system does not
deserve, and none may make a mended system fail: what could not be looked at is inconclusive.
"""

import re
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from grading import lab_dns
from grading.baseline import Baseline, record
from grading.findings import Verdict
from grading.grade import grade_scenario
from grading.handover import hand_over
from grading.results import ScenarioResult
from grading.spec import GradingSpec
from labs.catalogue.loader import load_catalogue
from labs.catalogue.variant import Variant
from labs.core.ids import ScenarioId
from labs.core.ports import Limits, Manifest
from labs.core.probes import PROBE_LABEL, ObjectRef
from labs.lifecycle.benches import KubernetesBench
from labs.lifecycle.context import SystemClock
from labs.lifecycle.proofs import verdicts_of
from labs.lifecycle.variants import drawn, python_checks
from provisioner.cell import cgroups
from provisioner.kubernetes.sandbox import KubernetesSandbox
from tests.contract.clusters import until
from tests.contract.labs import Target, lab

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]

LIMITS = Limits(memory_mib=1400, pids=2000, disk_mib=1024)
ORDERS = ScenarioId("orders_routing")
MANAGER = "candidate"


def services(manifests: Sequence[Manifest]) -> Sequence[Manifest]:
    """The Services of a system, in the order of their names."""
    found = [each for each in manifests if each["kind"] == "Service"]
    return sorted(found, key=lambda each: str(each["metadata"]["name"]))


@dataclass(frozen=True, slots=True)
class Graded:
    """A lab with one scenario, handed over, and the grader."""

    target: Target
    variant: Variant
    baseline: Baseline

    @property
    def namespace(self) -> str:
        return self.variant.namespaces[0]

    @property
    def sandbox(self) -> KubernetesSandbox:
        return self.target.sandbox

    def grade(self) -> ScenarioResult:
        checks = python_checks(load_catalogue()[ORDERS])
        return grade_scenario(self.variant.spec, self.sandbox, self.baseline, SystemClock(), checks)

    def service(self, *, mended: bool) -> None:
        """The Service as it should be, or as it was handed over. By an update, as a candidate's kubectl would."""
        broken, healthy = next(
            (one, other)
            for one, other in zip(services(self.variant.broken), services(self.variant.healthy), strict=True)
            if one != other
        )
        wanted = healthy if mended else broken
        path = f"/api/v1/namespaces/{self.namespace}/services/{wanted['metadata']['name']}"
        body = [{"op": "replace", "path": "/spec/selector", "value": wanted["spec"]["selector"]}]
        answer = self.sandbox.transport.call("PATCH", path, body=body, content_type="application/json-patch+json")
        assert answer.is_ok, answer.message

    @contextmanager
    def holding(self, *manifests: Manifest) -> Iterator[None]:
        """Some objects of the candidate's are there."""
        self.sandbox.writer.apply(manifests, field_manager=MANAGER)
        try:
            yield
        finally:
            for each in manifests:
                meta = each["metadata"]
                self.remove(ObjectRef(each["apiVersion"], each["kind"], meta["name"], meta.get("namespace", "")))

    def remove(self, ref: ObjectRef) -> None:
        self.sandbox.writer.delete([ref])
        until(lambda: self.sandbox.reader.get(ref) is None)


@contextmanager
def meanwhile(work: Callable[[], object], *, every: float = 0.0) -> Iterator[None]:
    """Something goes on beside, once or over and over; its errors are the test's."""
    over = threading.Event()

    def run() -> None:
        work()
        while every and not over.wait(every):
            work()

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(run)
        try:
            yield
        finally:
            over.set()
        running.result()


def told(result: ScenarioResult) -> list[tuple[str, str, str]]:
    """What did not pass, and why."""
    found = (each for each in verdicts_of(result) if each.verdict is not Verdict.PASSED)
    return [(each.id, str(each.verdict), each.reason.en) for each in found]


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graded]:
    variant = drawn(load_catalogue(), [ORDERS], "attack")[ORDERS]
    with lab(tmp_path_factory.mktemp("lab"), limits=LIMITS) as target:
        admin = target.handle.admin
        bench = KubernetesBench(
            target.spec.lab, target.engine, KubernetesSandbox, SystemClock(), lambda _: None, admin=admin
        )
        bench.deploy(variant, broken=True)
        checks = python_checks(load_catalogue()[ORDERS])
        yield Graded(target, variant, hand_over(variant.spec, target.sandbox, SystemClock(), checks).baseline)


@pytest.fixture
def mended(graded: Graded) -> Iterator[Graded]:
    """The system works, and the grader says so before each attack: what it says next is the attack's doing."""
    graded.service(mended=True)
    before = graded.grade()
    assert (before.verdict, before.points) == (Verdict.PASSED, 100), told(before)
    yield graded
    graded.service(mended=False)


def test_untouched_gives_nothing(graded: Graded) -> None:
    result = graded.grade()
    assert (result.verdict, result.points) == (Verdict.FAILED, 0)


def test_a_fix_that_takes_effect_late_counts(graded: Graded) -> None:
    """All pods are made again at the moment of grading, and the Service finds them when they are Ready."""
    graded.service(mended=True)
    path = f"/api/v1/namespaces/{graded.namespace}/pods"
    graded.sandbox.transport.call("DELETE", path, body={"kind": "DeleteOptions", "apiVersion": "v1"})
    result = graded.grade()
    graded.service(mended=False)
    assert (result.verdict, result.points) == (Verdict.PASSED, 100), told(result)


def test_what_crash_loops_is_given_until_its_next_start(graded: Graded) -> None:
    """The fix touches no pod: the kubelet starts the container when its wait is over, the check's own time before."""
    within, name = 4, "waiting"
    word = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": graded.namespace}}
    needs_the_word = ["sh", "-c", '[ "$WORD" = right ] && exec sleep 1000; exit 1']
    crashing = pod(graded, name, labels={}, command=needs_the_word)
    crashing["spec"]["containers"][0]["env"] = [
        {"name": "WORD", "valueFrom": {"configMapKeyRef": {"name": name, "key": "word"}}}
    ]
    runs = {
        "id": "runs",
        "message": {"en": "It runs.", "es": "Corre."},
        "points": 100,
        "within_seconds": within,
        "object": {
            "apiVersion": "v1",
            "kind": "Pod",
            "namespace": graded.namespace,
            "name": name,
            "fragment": {"status": {"containerStatuses": [{"name": "main", "ready": True}]}},
        },
    }
    spec = GradingSpec.model_validate(
        {"scenario": ORDERS, "checks": [runs], "scope": {"namespaces": [graded.namespace]}}
    )
    reader = graded.sandbox.reader

    def started_again() -> dict[str, Any] | None:
        manifest = reader.get(ref_of(crashing)) or {}
        (status,) = manifest.get("status", {}).get("containerStatuses") or [{}]
        return status if status.get("restartCount", 0) > 1 and "waiting" in status["state"] else None

    with graded.holding({**word, "data": {"word": "wrong"}}, crashing):
        until(started_again)
        baseline = record(reader, spec, SystemClock())
        graded.sandbox.writer.apply([{**word, "data": {"word": "right"}}], field_manager=MANAGER)
        result = grade_scenario(spec, graded.sandbox, baseline, SystemClock(), {})
    assert (result.verdict, result.points) == (Verdict.PASSED, 100), told(result)
    assert result.seconds > 2 * within, "it was started again too soon to show anything"


def test_a_fix_that_comes_and_goes_does_not_count(graded: Graded) -> None:
    turns = iter(range(10_000))
    with meanwhile(lambda: graded.service(mended=next(turns) % 2 == 0), every=1.2):
        result = graded.grade()
    graded.service(mended=False)
    assert result.verdict is Verdict.FAILED, told(result)
    assert "answers-current" in {name for name, _, _ in told(result)}


def test_pods_that_look_like_probes_change_nothing(mended: Graded) -> None:
    """They carry the client's labels, a probe's label and a name like one's, and serve nothing."""
    labels = {**dict(mended.variant.client.labels), PROBE_LABEL: "true"}
    pods = [pod(mended, f"client-{number:010x}", labels=labels) for number in range(3)]
    with mended.holding(*pods):
        result = mended.grade()
    assert (result.verdict, result.points) == (Verdict.PASSED, 100), told(result)


def test_who_removes_probes_is_not_graded_by_their_silence(mended: Graded) -> None:
    with meanwhile(partial(remove_probes, mended), every=0.05):
        result = mended.grade()
    assert result.verdict is Verdict.INCONCLUSIVE, told(result)
    assert {verdict for _, verdict, _ in told(result)} == {"inconclusive"}


@pytest.mark.parametrize("mend", [True, False])
def test_a_quota_without_pods_blinds_nobody_into_a_verdict(graded: Graded, *, mend: bool) -> None:
    graded.service(mended=mend)
    meta = {"name": "few", "namespace": graded.namespace}
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": meta, "spec": {"hard": {"pods": "0"}}}
    with graded.holding(quota):
        until(lambda: (graded.sandbox.reader.get(ref_of(quota)) or {}).get("status"))
        result = graded.grade()
    graded.service(mended=False)
    blind = next(check for check in result.checks if check.id == "answers-current")
    assert (blind.verdict, blind.points) == (Verdict.INCONCLUSIVE, 0)
    assert "quota" in blind.reason.en, "the remedy is in the reason"


def test_a_lab_without_its_dns_fails_nobody(mended: Graded) -> None:
    dns = "/apis/apps/v1/namespaces/kube-system/deployments/coredns/scale"

    def scale(copies: int) -> None:
        body = {"spec": {"replicas": copies}}
        answer = mended.sandbox.transport.call("PATCH", dns, body=body, content_type="application/merge-patch+json")
        assert answer.is_ok, answer.message

    scale(0)
    try:
        # what is leaving serves as long as there is nothing else
        until(lambda: not mended.sandbox.reader.list("v1", "Pod", namespace="kube-system", labels="k8s-app=kube-dns"))
        assert lab_dns.is_gone(mended.sandbox.reader)
        result = mended.grade()
    finally:
        scale(1)
    assert result.verdict is Verdict.INCONCLUSIVE, told(result)
    assert "DNS" in next(reason for name, _, reason in told(result) if name == "answers-current")
    until(lambda: passed(mended.grade()))


def test_a_lab_that_leads_nobody_to_its_dns_fails_nobody(mended: Graded) -> None:
    """DNS itself is well, and its endpoint ready; kube-proxy's rule for it is gone."""

    def nft(*words: str) -> str:
        entered = ["nsenter", f"--target={mended.target.pid}", "--all", "nft", *words]
        return subprocess.run(entered, capture_output=True, text=True, check=True).stdout

    where = ("element", "ip", "kube-proxy", "service-ips")
    listed = nft("list", "map", *where[1:])
    found = re.search(r"(10\.43\.0\.10 \. udp \. 53) : (goto [^ ,]+)", listed)
    assert found, listed
    nft("delete", *where, f"{{ {found[1]} }}")
    try:
        assert not lab_dns.is_gone(mended.sandbox.reader)
        result = mended.grade()
    finally:
        nft("add", *where, f"{{ {found[1]} : {found[2]} }}")
    assert result.verdict is Verdict.INCONCLUSIVE, told(result)
    assert "DNS" in next(reason for name, _, reason in told(result) if name == "answers-current")
    until(lambda: passed(mended.grade()))


def test_a_webhook_that_nobody_answers_blinds_nobody_into_a_verdict(mended: Graded) -> None:
    meta = {"name": "nobody.example.org"}
    hook = {
        "name": "nobody.example.org",
        "clientConfig": {"url": "https://127.0.0.1:1/validate"},
        "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}],
        "failurePolicy": "Fail",
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
        "timeoutSeconds": 1,
    }
    api = "admissionregistration.k8s.io/v1"
    configuration = {"apiVersion": api, "kind": "ValidatingWebhookConfiguration", "metadata": meta, "webhooks": [hook]}
    with mended.holding(configuration):
        time.sleep(1.5)  # until the API server has read it
        result = mended.grade()
    assert result.verdict is Verdict.INCONCLUSIVE, told(result)
    assert {verdict for _, verdict, _ in told(result)} == {"inconclusive"}


def test_a_standstill_in_the_middle_is_nobodys_failure(mended: Graded) -> None:
    """Every process of the lab stops for longer than any patience, as when its host has no time for it."""
    lab_id = mended.target.spec.lab

    def stop() -> None:
        time.sleep(0.5)
        cgroups.set_frozen(lab_id, frozen=True)
        time.sleep(45.0)
        cgroups.set_frozen(lab_id, frozen=False)

    with meanwhile(stop):
        result = mended.grade()
    assert {verdict for _, verdict, _ in told(result)} <= {"inconclusive"}, told(result)


def test_a_fork_bomb_in_a_pod_is_its_own(mended: Graded) -> None:
    bomb = pod(mended, "bomb", labels={"app": "bomb"}, command=["sh", "-c", "f() { f | f & }; f; sleep 1000"])
    with mended.holding(bomb):
        time.sleep(3.0)
        result = mended.grade()
    assert {verdict for _, verdict, _ in told(result)} <= {"inconclusive"}, told(result)
    after = until(lambda: passed(mended.grade()), seconds=60)
    assert after


def passed(result: ScenarioResult) -> bool:
    assert (result.verdict, result.points) == (Verdict.PASSED, 100), told(result)
    return True


def remove_probes(graded: Graded) -> None:
    transport = graded.sandbox.transport
    path = f"/api/v1/namespaces/{graded.namespace}/pods"
    body = {"kind": "DeleteOptions", "apiVersion": "v1", "gracePeriodSeconds": 0}
    transport.call("DELETE", path, body=body, query={"labelSelector": PROBE_LABEL})


def ref_of(manifest: Manifest) -> ObjectRef:
    meta = manifest["metadata"]
    return ObjectRef(manifest["apiVersion"], manifest["kind"], meta["name"], meta["namespace"])


def pod(graded: Graded, name: str, *, labels: dict[str, str], command: list[str] | None = None) -> dict[str, Any]:
    container = {
        "name": "main",
        "image": "lab.local/busybox:1",
        "imagePullPolicy": "IfNotPresent",
        "command": command or ["sleep", "1000"],
        "resources": {"requests": {"cpu": "1m", "memory": "8Mi"}, "limits": {"memory": "64Mi"}},
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": graded.namespace, "labels": labels},
        "spec": {"terminationGracePeriodSeconds": 0, "containers": [container]},
    }
