from typing import Any

import pytest

from grading.findings import Verdict
from grading.grade import grade_scenario
from grading.handover import hand_over
from grading.prove_symptom import prove_symptom
from labs.core.errors import TimedOutError
from labs.core.probes import ProbeAnswer
from tests.unit.grading import fakes

CONTROL = fakes.http_check(
    id="neighbour-answers", target=False, points=0, penalty=10, http={"url": "http://other/", "expect": {"status": 200}}
)
SPEC = fakes.grading_spec([fakes.http_check(), CONTROL], [fakes.guard(same_uid=fakes.deployment())])


@pytest.fixture
def sandbox() -> fakes.FakeSandbox:
    """Broken as it should be: orders refuse, the neighbour answers."""
    sandbox = fakes.FakeSandbox()
    sandbox.reader.put("apps/v1", "Deployment", "orders", spec={"replicas": 1}, status={"replicas": 1})
    sandbox.answer = lambda probe, _identity: fakes.OK if fakes.url_of(probe) == "http://other/" else fakes.REFUSED
    return sandbox


def pod(
    sandbox: fakes.FakeSandbox, *, ready: str = "False", reason: str = "", phase: str = "Running"
) -> dict[str, Any]:
    running = {"running": {"startedAt": fakes.rfc3339(sandbox.clock.now() + 1)}}
    status = {
        "phase": phase,
        "conditions": [{"type": "Ready", "status": ready}],
        "containerStatuses": [{"name": "web", "state": {"waiting": {"reason": reason}} if reason else running}],
    }
    return sandbox.reader.put("v1", "Pod", "orders-x", status=status)


def test_the_symptom_is_proven_and_told_as_a_user_sees_it(sandbox: fakes.FakeSandbox) -> None:
    handed = hand_over(SPEC, sandbox, sandbox.clock, {})
    assert handed.proof.is_proven
    symptom = handed.proof.seen_by_user
    assert symptom is not None
    assert symptom.reason.en == "GET http://orders/: connection refused"
    assert symptom.reason.es == "GET http://orders/: conexión rechazada"
    assert sandbox.clock.now() - fakes.START < 2
    assert len(sandbox.opened) == len(sandbox.closed) == 1


def test_an_untouched_lab_is_graded_at_once_after_it(sandbox: fakes.FakeSandbox) -> None:
    handed = hand_over(SPEC, sandbox, sandbox.clock, {})
    result = grade_scenario(SPEC, sandbox, handed.baseline, sandbox.clock, {})
    assert (result.verdict, result.points) == (Verdict.FAILED, 0)
    assert [checked.verdict for checked in result.checks] == [Verdict.FAILED, Verdict.PASSED]
    assert result.seconds <= 4


def test_pods_that_are_still_starting_are_waited_for(sandbox: fakes.FakeSandbox) -> None:
    pod(sandbox)
    hand_over(SPEC, sandbox, sandbox.clock, {})
    assert sandbox.clock.now() - fakes.START >= 4


@pytest.mark.parametrize(
    "state",
    [{"ready": "True"}, {"reason": "CrashLoopBackOff"}, {"phase": "Succeeded"}],
    ids=lambda state: next(iter(state)),
)
def test_pods_that_arrived_or_are_stuck_are_not_waited_for(sandbox: fakes.FakeSandbox, state: dict[str, Any]) -> None:
    pod(sandbox, **state)
    hand_over(SPEC, sandbox, sandbox.clock, {})
    assert sandbox.clock.now() - fakes.START < 2


def test_a_deployment_without_its_pods_is_waited_for_a_good_while(sandbox: fakes.FakeSandbox) -> None:
    sandbox.reader.put("apps/v1", "Deployment", "late", spec={"replicas": 2}, status={})
    hand_over(SPEC, sandbox, sandbox.clock, {})
    assert 20 <= sandbox.clock.now() - fakes.START <= 22


def test_pods_that_are_being_made_are_waited_for_a_good_while(sandbox: fakes.FakeSandbox) -> None:
    made = pod(sandbox, reason="ContainerCreating")
    slept = sandbox.clock.sleep

    def sleep(seconds: float) -> None:
        slept(seconds)
        if sandbox.clock.now() > fakes.START + 9:
            made["status"]["conditions"][0]["status"] = "True"

    sandbox.clock.sleep = sleep  # type: ignore[method-assign]
    hand_over(SPEC, sandbox, sandbox.clock, {})
    assert 9 <= sandbox.clock.now() - fakes.START <= 11


def test_a_pod_that_never_gets_made_does_not_stop_the_hand_over(sandbox: fakes.FakeSandbox) -> None:
    pod(sandbox, reason="ContainerCreating")
    hand_over(SPEC, sandbox, sandbox.clock, {})
    assert 20 <= sandbox.clock.now() - fakes.START <= 22


def test_what_comes_up_meanwhile_is_no_change_of_the_candidates(sandbox: fakes.FakeSandbox) -> None:
    def answer(probe: Any, _identity: Any) -> ProbeAnswer:
        if len(sandbox.reader.objects) == 1:
            pod(sandbox, ready="True")
        return fakes.OK if fakes.url_of(probe) == "http://other/" else fakes.REFUSED

    sandbox.answer = answer
    handed = hand_over(SPEC, sandbox, sandbox.clock, {})
    assert "Pod shop/orders-x" in {entry.what for entry in handed.baseline.scope.values()}


@pytest.mark.parametrize(
    ("answer", "objection"),
    [
        (fakes.OK, "check orders-answered passes although the fault is in"),
        (fakes.REFUSED, "control check neighbour-answers"),
    ],
)
def test_a_symptom_that_does_not_show_stops_the_hand_over(
    sandbox: fakes.FakeSandbox, answer: ProbeAnswer, objection: str
) -> None:
    sandbox.answers(answer)
    with pytest.raises(TimedOutError, match=objection):
        hand_over(SPEC, sandbox, sandbox.clock, {}, within_seconds=10)
    assert 10 <= sandbox.clock.now() - fakes.START <= 11


def test_a_symptom_that_cannot_be_seen_is_no_proof(sandbox: fakes.FakeSandbox) -> None:
    sandbox.probes_are_down = True
    with pytest.raises(TimedOutError, match="probe pod is gone"):
        hand_over(SPEC, sandbox, sandbox.clock, {}, within_seconds=5)
    sandbox.reader.is_down = True
    with pytest.raises(TimedOutError, match="does not answer"):
        hand_over(SPEC, sandbox, sandbox.clock, {}, within_seconds=5)


def test_trouble_at_first_is_waited_out(sandbox: fakes.FakeSandbox) -> None:
    sandbox.prober_cannot_be_had = True
    slept = sandbox.clock.sleep

    def sleep(seconds: float) -> None:
        slept(seconds)
        sandbox.prober_cannot_be_had = sandbox.clock.now() < fakes.START + 5

    sandbox.clock.sleep = sleep  # type: ignore[method-assign]
    assert hand_over(SPEC, sandbox, sandbox.clock, {}).proof.is_proven


def test_a_safeguard_that_does_not_hold_from_the_start_is_an_objection(sandbox: fakes.FakeSandbox) -> None:
    spec = fakes.grading_spec(
        safeguards=[
            fakes.guard(exists=fakes.deployment("forgotten")),
            fakes.guard(id="old", same_uid=fakes.deployment("gone")),
        ]
    )
    baseline = hand_over(SPEC, sandbox, sandbox.clock, {}).baseline
    with pytest.raises(TimedOutError, match=r"orders-lives.*old.*was not there"):
        hand_over(spec, sandbox, sandbox.clock, {}, within_seconds=1)
    assert prove_symptom(SPEC, sandbox, baseline, {}).is_proven


def test_a_broken_check_function_is_an_objection(sandbox: fakes.FakeSandbox) -> None:
    spec = fakes.grading_spec([fakes.http_check(), fakes.python_check("missing")])
    with pytest.raises(TimedOutError, match="No check function is registered as missing"):
        hand_over(spec, sandbox, sandbox.clock, {}, within_seconds=1)


def test_a_symptom_must_show_twice_on_end(sandbox: fakes.FakeSandbox) -> None:
    turns = iter([fakes.REFUSED, fakes.OK, fakes.REFUSED, fakes.REFUSED, fakes.REFUSED])
    sandbox.answer = lambda probe, _identity: fakes.OK if fakes.url_of(probe) == "http://other/" else next(turns)
    hand_over(SPEC, sandbox, sandbox.clock, {})
    assert list(turns) == [fakes.REFUSED]


def test_pods_of_probes_are_not_waited_for(sandbox: fakes.FakeSandbox) -> None:
    pod(sandbox)["metadata"] |= {
        "labels": {"taller.dev/probe": "true"},
        "creationTimestamp": fakes.rfc3339(fakes.START),
    }
    hand_over(SPEC, sandbox, sandbox.clock, {})
    assert sandbox.clock.now() - fakes.START < 2
