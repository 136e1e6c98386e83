from typing import Any

import pytest

from grading.findings import Finding
from grading.objects import exec_finding, object_finding
from grading.spec_parts import ExecCheck, ObjectCheck
from labs.core.probes import ExecAnswer
from tests.unit.grading.fakes import START, FakeSandbox, rfc3339, view_of


def look(sandbox: FakeSandbox, **check: Any) -> Finding:
    whole = {"apiVersion": "v1", "kind": "Pod", "namespace": "shop"} | check
    return object_finding(ObjectCheck.model_validate(whole), view_of(sandbox))


def pod(sandbox: FakeSandbox, name: str, *, state: str = "running", age: float = 60, **metadata: Any) -> dict[str, Any]:
    return sandbox.reader.put(
        "v1",
        "Pod",
        name,
        metadata={"labels": {"app": "orders"}, "creationTimestamp": rfc3339(START - age), **metadata},
        spec={"containers": [{"name": "web"}]},
        status={"phase": "Running", "containerStatuses": [{"name": "web", "state": {state: {}}}]},
    )


@pytest.fixture
def sandbox() -> FakeSandbox:
    sandbox = FakeSandbox()
    pod(sandbox, "orders-old", age=60)
    pod(sandbox, "orders-new", age=10)
    return sandbox


def test_an_object_by_name(sandbox: FakeSandbox) -> None:
    assert look(sandbox, name="orders-old", fragment={"status": {"phase": "Running"}}).passed
    assert not look(sandbox, name="gone").passed


def test_a_mismatch_tells_field_expected_actual_and_since(sandbox: FakeSandbox) -> None:
    broken = pod(sandbox, "broken")
    sandbox.reader.wrote(broken, at=START + 5, fields={"f:status": {"f:phase": {}}})
    sandbox.reader.wrote(broken, at=START + 9, fields={"f:spec": {}})
    finding = look(sandbox, name="broken", fragment={"status": {"phase": "Failed"}, "spec": {"x": 1}})
    assert finding.expected == "status.phase = Failed; spec.x = 1"
    assert finding.actual == "status.phase = Running; spec.x = (absent)"
    assert finding.since == rfc3339(START + 5)
    assert "status.phase" in finding.reason.en
    assert "status.phase" in finding.reason.es


def test_since_falls_back_to_the_creation(sandbox: FakeSandbox) -> None:
    assert look(sandbox, name="orders-old", fragment={"spec": {"x": 1}}).since == rfc3339(START - 60)


def test_all_objects_with_the_labels_must_match(sandbox: FakeSandbox) -> None:
    assert look(sandbox, labels={"app": "orders"}, fragment={"status": {"phase": "Running"}}).passed
    pod(sandbox, "third")["status"]["phase"] = "Pending"
    assert not look(sandbox, labels={"app": "orders"}, fragment={"status": {"phase": "Running"}}).passed
    assert not look(sandbox, labels={"app": "nobody"}).passed


@pytest.mark.parametrize(("count", "good"), [(1, False), (2, True), (3, False)])
def test_so_many_must_match(sandbox: FakeSandbox, *, count: int, good: bool) -> None:
    pod(sandbox, "pending")["status"]["phase"] = "Pending"
    running = {"status": {"phase": "Running"}}
    assert look(sandbox, labels={"app": "orders"}, count=count, fragment=running).passed is good
    assert look(sandbox, labels={"app": "nobody"}, count=0).passed


def test_what_is_being_deleted_does_not_count(sandbox: FakeSandbox) -> None:
    pod(sandbox, "leaving", deletionTimestamp=rfc3339(START))
    assert look(sandbox, labels={"app": "orders"}, count=2).passed
    assert not look(sandbox, name="leaving").passed


def run(sandbox: FakeSandbox, **check: Any) -> Finding:
    whole = {"namespace": "shop", "labels": {"app": "orders"}, "command": ["cat", "/etc/x"]} | check
    return exec_finding(ExecCheck.model_validate(whole), view_of(sandbox))


def test_a_command_runs_in_all_pods_or_in_the_newest(sandbox: FakeSandbox) -> None:
    assert run(sandbox, stdout_contains="fine").passed
    assert {request.pod for request in sandbox.executed} == {"orders-old", "orders-new"}
    sandbox.executed.clear()
    assert run(sandbox, pods="one").passed
    assert [request.pod for request in sandbox.executed] == ["orders-new"]


def test_a_wrong_exit_code_or_output_is_evidence(sandbox: FakeSandbox) -> None:
    assert not run(sandbox, stdout_contains="other").passed
    sandbox.exec_answer = ExecAnswer(2, "", "no such file")
    finding = run(sandbox)
    assert not finding.passed
    assert finding.actual == "exit code 2: no such file"
    assert run(sandbox, exit_code=2).passed


def test_pods_that_do_not_run_are_evidence_not_trouble() -> None:
    sandbox = FakeSandbox()
    pod(sandbox, "crashing", state="waiting")
    pod(sandbox, "leaving", deletionTimestamp=rfc3339(START))
    finding = run(sandbox)
    assert not finding.passed
    assert "no pod is running" in finding.reason.en
    assert sandbox.executed == []


def test_our_own_probes_are_neither_counted_nor_executed_in() -> None:
    sandbox = FakeSandbox()
    pod(sandbox, "client-1", labels={"app": "orders", "taller.dev/probe": "true"})
    assert look(sandbox, labels={"app": "orders"}, count=0).passed
    run(sandbox)
    assert sandbox.executed == []
