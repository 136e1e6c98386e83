from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grading.baseline import record
from grading.durability import Examination
from grading.findings import Verdict
from grading.grade import grade_scenario
from grading.results import DurabilityResult, ScenarioResult
from labs.core.errors import InfrastructureError, UnreachableError
from labs.core.ids import CheckId
from labs.core.probes import ProbeAnswer
from tests.unit.grading.fakes import OK, REFUSED, FakeSandbox, deployment, grading_spec, guard, http_check, url_of
from tests.unit.grading.workloads import Workload

REPLACE = {"replace_pods": {"namespace": "shop", "labels": {"app": "orders"}, "within_seconds": 40}}
CONTROL = http_check(
    id="other-answers", target=False, points=0, penalty=10, http={"url": "http://other/", "expect": {"status": 200}}
)


class Lab:
    """A mended sandbox that nobody works in; `durable` says whether it answers when asked."""

    def __init__(self, *checks: dict[str, Any], safeguards: Sequence[dict[str, Any]] = (), **plan: Any) -> None:
        self.spec = grading_spec(checks, safeguards, durability=plan or REPLACE)
        self.sandbox = FakeSandbox()
        self.workload = Workload(self.sandbox)
        self.orders = self.sandbox.reader.put(
            "apps/v1", "Deployment", "orders", spec={"replicas": 2}, status={"readyReplicas": 2}
        )
        self.sandbox.answers(OK)
        self.baseline = record(self.sandbox.reader, self.spec, self.sandbox.clock)
        self.sandbox.clock.time += 600
        self.known: frozenset[CheckId] | None = None
        self.deleted_when_noted = -1

    def grade(self) -> ScenarioResult:
        def begins(ids: Sequence[CheckId]) -> None:
            assert self.known is None, "an earlier disturbance is what counts"
            self.known = frozenset(ids)
            self.deleted_when_noted = len(self.workload.deleted)

        return self.graded(Examination(self.workload, begins, self.known))

    def graded(self, examination: Examination | None) -> ScenarioResult:
        return grade_scenario(self.spec, self.sandbox, self.baseline, self.sandbox.clock, {}, examination=examination)

    def answers_while(self, pod: str) -> None:
        """Orders are answered as long as that pod is there."""
        self.sandbox.answer = lambda probe, _identity: (
            OK if pod in self.workload.pods or "other" in url_of(probe) else REFUSED
        )


def durability(result: ScenarioResult) -> DurabilityResult:
    assert result.durability
    return result.durability


def test_a_fix_that_outlives_its_pods_keeps_its_points() -> None:
    lab = Lab(http_check(), safeguards=[guard(replicas=deployment())])
    result = lab.grade()
    assert (result.verdict, result.points) == (Verdict.PASSED, 60)
    assert durability(result).verdict is Verdict.PASSED
    assert lab.workload.deleted == ["orders-1", "orders-2"], "each once, the oldest first"
    assert "orders-1, orders-2" in durability(result).what.en
    assert result.seconds < 15


def test_what_passed_until_a_pod_was_replaced_fails_and_says_so() -> None:
    lab = Lab(http_check(within_seconds=10), CONTROL)
    lab.answers_while("orders-2")
    result = lab.grade()
    assert (result.verdict, result.points) == (Verdict.FAILED, 0)
    failed, control = result.checks
    assert failed.reason.en == "It passed until a pod was replaced. GET http://orders/: connection refused"
    assert failed.reason.es.startswith("Se cumplía hasta que se reemplazó un pod. GET")
    assert (failed.expected, failed.actual) == ("status 200", "connection refused")
    assert control.verdict is Verdict.PASSED
    assert durability(result).verdict is Verdict.FAILED
    assert "orders-answered" in durability(result).reason.en


def test_a_live_lab_is_not_disturbed() -> None:
    lab = Lab(http_check())
    before = list(lab.workload.pods)
    result = lab.graded(None)
    assert (result.verdict, result.points) == (Verdict.PASSED, 60)
    assert durability(result).verdict is None
    assert "frozen" in durability(result).reason.en
    assert list(lab.workload.pods) == before
    assert result.seconds < 5


def test_what_is_not_mended_is_not_disturbed() -> None:
    lab = Lab(http_check(), CONTROL)
    lab.sandbox.answer = lambda probe, _identity: OK if "other" in url_of(probe) else REFUSED
    result = lab.grade()
    assert (result.verdict, result.points, lab.known) == (Verdict.FAILED, 0, None)
    assert durability(result).verdict is None
    assert lab.workload.deleted == []


@pytest.mark.parametrize("plan", [None, {"none": "It has no pods at all."}])
def test_a_scenario_may_have_nothing_to_examine(plan: Any) -> None:
    lab = Lab(http_check())
    lab.spec = grading_spec([http_check()], durability=plan)
    result = lab.grade()
    assert (result.verdict, durability(result).verdict, lab.workload.deleted) == (Verdict.PASSED, None, [])


def summary(result: ScenarioResult) -> list[Any]:
    return [
        result.verdict,
        result.points,
        durability(result).verdict,
        *((check.id, check.verdict, check.reason) for check in result.checks),
        *((held.id, held.verdict, held.reason) for held in result.safeguards),
    ]


@pytest.mark.parametrize("lasting", ["orders-1", "orders-2", "other"])
def test_the_same_frozen_lab_gives_the_same_report(lasting: str) -> None:
    """Also when the second grading finds what the first has brought to light."""
    lab = Lab(http_check(), CONTROL, safeguards=[guard(no_new={"apiVersion": "v1", "kind": "Pod"})])
    lab.sandbox.reader.put("v1", "Pod", "other", metadata={"labels": {"app": "other"}})
    lab.baseline = record(lab.sandbox.reader, lab.spec, lab.sandbox.clock)
    lab.answers_while(lasting)
    first, second, third = lab.grade(), lab.grade(), lab.grade()
    assert (first.verdict is Verdict.PASSED) == (lasting == "other")
    assert summary(first) == summary(second) == summary(third)


@settings(max_examples=40)
@given(touched=st.sets(st.integers(1, 4)), needed=st.integers(0, 4))
def test_which_pods_were_touched_by_hand_makes_no_difference(touched: set[int], needed: int) -> None:
    """Whether the first pods are touched or the last, the score is the same, and a second grading agrees."""

    def score(chosen: set[int]) -> tuple[Verdict, int]:
        lab = Lab(http_check())
        lab.workload = Workload(lab.sandbox, replicas=4)
        names = {f"orders-{number}" for number in chosen}
        lab.sandbox.answer = lambda *_: OK if len(names & lab.workload.pods.keys()) >= needed else REFUSED
        first, second = lab.grade(), lab.grade()
        assert (first.verdict, first.points) == (second.verdict, second.points)
        return first.verdict, first.points

    assert score(touched) == score({5 - number for number in touched})


def test_an_examination_that_was_killed_is_remembered() -> None:
    """It is noted before anything is deleted: who comes after knows that all had passed."""
    lab = Lab(http_check())
    lab.answers_while("orders-1")
    assert lab.grade().verdict is Verdict.FAILED
    assert (lab.known, lab.deleted_when_noted) == (frozenset(), 0)
    again = Lab(http_check())
    again.known = frozenset()
    again.answers_while("nobody")
    result = again.grade()
    assert "passed until a pod was replaced" in result.checks[0].reason.en
    assert (durability(result).verdict, again.workload.deleted) == (Verdict.FAILED, [])


def test_after_an_examination_that_was_killed_pods_get_their_time_to_start() -> None:
    lab = Lab(http_check(within_seconds=1))
    lab.known = frozenset()
    changed_at = lab.sandbox.clock.now()
    lab.workload.ready(lab.workload.pod())
    lab.sandbox.answer = lambda *_: OK if lab.sandbox.clock.now() > changed_at + 25 else REFUSED
    assert lab.grade().verdict is Verdict.PASSED


def test_what_was_broken_anyway_is_not_blamed_on_the_examination() -> None:
    lab = Lab(http_check(), CONTROL)
    lab.sandbox.answer = lambda probe, _identity: REFUSED if "other" in url_of(probe) else OK
    first, second = lab.grade(), lab.grade()
    assert summary(first) == summary(second)
    assert (first.points, durability(first).verdict) == (50, Verdict.PASSED)
    assert lab.known == frozenset({CheckId("other-answers")})
    assert "until" not in first.checks[1].reason.en


def test_a_safeguard_that_breaks_with_a_pod_counts() -> None:
    lab = Lab(http_check(), safeguards=[guard(replicas=deployment())])
    lab.workload.heals = False

    def answer(*_: object) -> ProbeAnswer:
        lab.orders["status"] = {"readyReplicas": 2 - len(lab.workload.deleted)}
        return OK

    lab.sandbox.answer = answer
    result = lab.grade()
    assert lab.workload.deleted == ["orders-1"], "the second is not taken while the first is missing"
    assert (result.verdict, result.points, result.safeguards[0].held) == (Verdict.FAILED, 50, False)
    assert result.safeguards[0].reason.en.startswith("It passed until a pod was replaced.")


def test_a_pod_that_is_not_replaced_proves_nothing_by_itself() -> None:
    lab = Lab(http_check())
    lab.workload.heals = False
    result = lab.grade()
    assert (result.verdict, result.points) == (Verdict.INCONCLUSIVE, 60)
    assert "orders-1 was deleted, and 40 s later no other was Ready" in durability(result).reason.en
    assert 40 <= result.seconds < 55


def test_a_pod_without_a_controller_is_never_deleted() -> None:
    lab = Lab(http_check())
    lab.workload.ready(lab.workload.pod("by-hand", owner={}))
    assert durability(lab.grade()).verdict is Verdict.PASSED
    assert "by-hand" not in lab.workload.deleted


@pytest.mark.parametrize(
    "owner",
    [
        {},
        {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": "made-up", "uid": "uid-0"}},
        {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": "orders-abc", "uid": "uid-0"}},
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings", "uid": "uid-cm"}},
        {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "once", "uid": "uid-job"}},
    ],
    ids=["none", "absent", "another of its name", "no controller", "a Job"],
)
def test_pods_that_nothing_would_replace_are_evidence(owner: dict[str, Any]) -> None:
    lab = Lab(http_check())
    lab.sandbox.reader.put("v1", "ConfigMap", "settings", metadata={"uid": "uid-cm"})
    lab.sandbox.reader.put("batch/v1", "Job", "once", metadata={"uid": "uid-job"})
    for name in list(lab.workload.pods):
        lab.sandbox.reader.remove("v1", "Pod", name)
    lab.workload.ready(lab.workload.pod("by-hand", owner=owner))
    result = lab.grade()
    assert (result.verdict, durability(result).verdict, lab.workload.deleted) == (Verdict.FAILED, Verdict.FAILED, [])
    assert "by-hand" in durability(result).reason.en
    assert (result.points, result.is_passed) == (60, False)


def test_leaving_finished_and_probe_pods_are_left_alone() -> None:
    lab = Lab(http_check())
    lab.workload.pod("leaving")["metadata"]["deletionTimestamp"] = "2023-11-14T22:13:20Z"
    lab.workload.pod("evicted")["status"] = {"phase": "Failed"}
    lab.workload.pod("probe", labels={"taller.dev/probe": "true"})
    assert durability(lab.grade()).verdict is not Verdict.FAILED
    assert lab.workload.deleted == ["orders-1", "orders-2"]


def test_no_pod_at_all_cannot_be_examined() -> None:
    lab = Lab(http_check())
    for name in list(lab.workload.pods):
        lab.sandbox.reader.remove("v1", "Pod", name)
    result = lab.grade()
    assert (result.verdict, result.points) == (Verdict.INCONCLUSIVE, 60)
    assert "no pod with the labels app=orders" in durability(result).reason.en


@pytest.mark.parametrize("refusal", [InfrastructureError("a webhook denied it"), UnreachableError("no answer")])
def test_trouble_with_deleting_is_inconclusive(refusal: InfrastructureError) -> None:
    lab = Lab(http_check())
    lab.workload.refusal = refusal
    result = lab.grade()
    assert (result.verdict, result.points) == (Verdict.INCONCLUSIVE, 60)
    assert refusal.message in durability(result).reason.en
    assert refusal.message in durability(result).reason.es


def test_an_api_that_falls_silent_before_it_leaves_the_points() -> None:
    lab = Lab(http_check())

    def answer(*_: object) -> ProbeAnswer:
        lab.sandbox.reader.is_down = True
        return OK

    lab.sandbox.answer = answer
    result = lab.grade()
    assert (result.verdict, result.points, lab.workload.deleted) == (Verdict.INCONCLUSIVE, 60, [])
    assert "could not be listed" in durability(result).reason.en


def test_what_cannot_be_seen_afterwards_is_undecided() -> None:
    lab = Lab(http_check(), CONTROL)

    def answer(*_: object) -> ProbeAnswer:
        if lab.workload.deleted:
            raise UnreachableError("The probe pod is gone.")
        return OK

    lab.sandbox.answer = answer
    result = lab.grade()
    assert (result.verdict, result.points, result.undecided_points) == (Verdict.INCONCLUSIVE, 0, 60)
    assert "orders-answered, other-answers" in durability(result).reason.en


def test_pods_that_a_rollout_takes_meanwhile_are_not_missed() -> None:
    lab = Lab(http_check())
    delete = lab.workload.delete_pod

    def delete_pod(namespace: str, name: str, *, uid: str) -> None:
        delete(namespace, name, uid=uid)
        lab.workload.owner["spec"]["replicas"] = 0
        lab.sandbox.reader.remove("v1", "Pod", "orders-2")

    lab.workload.delete_pod = delete_pod  # type: ignore[method-assign]
    result = lab.grade()
    assert (durability(result).verdict, lab.workload.deleted) == (Verdict.PASSED, ["orders-1"])
    assert result.seconds < 15


@pytest.mark.parametrize(("until", "verdict"), [(50, Verdict.FAILED), (1e9, Verdict.PASSED)])
def test_what_acts_regularly_is_waited_for(until: float, verdict: Verdict) -> None:
    lab = Lab(http_check(within_seconds=5), wait_seconds=70)
    begun = lab.sandbox.clock.now()
    lab.sandbox.answer = lambda *_: OK if lab.sandbox.clock.now() < begun + until else REFUSED
    first, second = lab.grade(), lab.grade()
    assert (first.verdict, first.points) == (second.verdict, second.points) == (verdict, 60 * (verdict == "passed"))
    assert first.seconds >= 70
    assert lab.workload.deleted == []
    if verdict is Verdict.FAILED:
        assert first.checks[0].reason.en.startswith("It passed until 70 s had gone by.")
