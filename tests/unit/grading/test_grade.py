from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grading.baseline import record
from grading.findings import Verdict
from grading.grade import GradingJob, grade_lab, grade_scenario
from grading.helpers import Finding, PythonCheck, ScenarioView, check, failed, passed
from grading.results import ScenarioResult
from grading.spec import GradingSpec
from labs.core.errors import InputError, UnreachableError
from labs.core.ids import LabId, ScenarioId
from labs.core.probes import ProbeAnswer, ProbeOutcome
from tests.unit.grading.fakes import (
    OK,
    REFUSED,
    START,
    FakeSandbox,
    deployment,
    grading_spec,
    guard,
    http_check,
    python_check,
    rfc3339,
    url_of,
)

LAB = LabId("demo-1234")


class Lab:
    """A broken sandbox with its baseline; `fix` mends it a while later."""

    def __init__(self, spec: GradingSpec | None = None, **python_checks: PythonCheck) -> None:
        self.spec = spec or grading_spec()
        self.sandbox = FakeSandbox()
        self.service = self.sandbox.reader.put("v1", "Service", "orders")
        self.sandbox.reader.put("apps/v1", "Deployment", "orders", spec={"replicas": 2}, status={"readyReplicas": 2})
        self.sandbox.answers(REFUSED)
        self.baseline = record(self.sandbox.reader, self.spec, self.sandbox.clock)
        self.python_checks = dict(python_checks)
        self.sandbox.clock.time += 600

    @property
    def job(self) -> GradingJob:
        return GradingJob(self.spec, self.sandbox, self.baseline, self.python_checks)

    def fix(self) -> None:
        """Something in scope was changed just now."""
        self.sandbox.reader.wrote(self.service, at=self.sandbox.clock.now())

    def grade(self) -> ScenarioResult:
        return grade_scenario(self.spec, self.sandbox, self.baseline, self.sandbox.clock, self.python_checks)


def test_doing_nothing_scores_zero_and_is_graded_at_once() -> None:
    lab = Lab(grading_spec([http_check(within_seconds=300)], [guard(same_uid=deployment())]))
    result = lab.grade()
    assert (result.verdict, result.points, result.max_points) == (Verdict.FAILED, 0, 60)
    assert result.seconds <= 1
    (checked,) = result.checks
    assert checked.reason.en == "GET http://orders/: connection refused"
    assert (checked.expected, checked.actual) == ("status 200", "connection refused")
    assert result.safeguards[0].held is True


def test_what_only_the_record_tells_of_has_its_time() -> None:
    lab = Lab(grading_spec([http_check(within_seconds=60)]))
    wrote = lab.sandbox.clock.now() - 20
    result = grade_scenario(
        lab.spec, lab.sandbox, lab.baseline, lab.sandbox.clock, lab.python_checks, last_write=lambda: wrote
    )
    assert result.verdict is Verdict.FAILED
    assert 39 <= result.seconds <= 45


def test_a_fix_earns_full_marks() -> None:
    lab = Lab()
    lab.fix()
    lab.sandbox.answers(OK)
    result = lab.grade()
    assert (result.verdict, result.points, result.is_passed) == (Verdict.PASSED, 60, True)


def test_a_fresh_fix_gets_its_time_to_take() -> None:
    lab = Lab(grading_spec([http_check(within_seconds=300)]))
    lab.fix()
    fixed_at = lab.sandbox.clock.now() - START
    lab.sandbox.answers_by_time(lambda at: OK if at >= fixed_at + 200 else REFUSED)
    assert lab.grade().verdict is Verdict.PASSED


def test_a_fix_that_never_takes_fails_when_its_time_is_over() -> None:
    lab = Lab(grading_spec([http_check(within_seconds=30)]))
    lab.fix()
    result = lab.grade()
    assert result.verdict is Verdict.FAILED
    assert result.seconds == pytest.approx(31, abs=1.5)


def test_the_time_runs_from_the_change_not_from_the_grading() -> None:
    lab = Lab(grading_spec([http_check(within_seconds=30)]))
    lab.fix()
    lab.sandbox.clock.time += 25
    assert lab.grade().seconds < 8


def test_our_own_probes_are_no_change_of_the_candidates() -> None:
    lab = Lab(grading_spec([http_check(within_seconds=300)]))
    labels = {"app": "client", "taller.dev/probe": "true"}
    lab.sandbox.reader.put("v1", "Pod", "probe-1", metadata={"labels": labels})
    assert lab.grade().seconds <= 1


def test_one_prober_serves_all_checks_and_is_gone_in_the_end() -> None:
    lab = Lab(grading_spec([http_check(), http_check(id="again"), http_check(id="thrice")]))
    lab.sandbox.answers(OK)
    lab.grade()
    assert len(lab.sandbox.opened) == len(lab.sandbox.closed) == 1


def test_no_prober_is_had_when_nothing_probes() -> None:
    lab = Lab(grading_spec([http_check(http=None, object=deployment())]))
    assert lab.grade().verdict is Verdict.PASSED
    assert lab.sandbox.opened == []


def test_an_api_that_is_down_is_inconclusive_and_costs_nothing() -> None:
    lab = Lab(
        grading_spec(
            [http_check(), http_check(id="seen", http=None, object=deployment())], [guard(same_uid=deployment())]
        )
    )
    lab.sandbox.answers(OK)
    lab.sandbox.reader.is_down = True
    result = lab.grade()
    assert result.verdict is Verdict.INCONCLUSIVE
    assert [checked.verdict for checked in result.checks] == [Verdict.PASSED, Verdict.INCONCLUSIVE]
    assert (result.points, result.undecided_points, result.max_points) == (60, 60, 120)
    assert result.safeguards[0].held is None
    assert "does not answer" in result.checks[1].reason.en


def test_probes_that_cannot_start_are_inconclusive() -> None:
    lab = Lab()
    lab.sandbox.prober_cannot_be_had = True
    result = lab.grade()
    assert (result.verdict, result.points, result.undecided_points) == (Verdict.INCONCLUSIVE, 0, 60)
    assert "cannot be had" in result.checks[0].reason.en


def test_a_probe_pod_that_the_candidate_deletes_is_had_anew() -> None:
    lab = Lab()
    lab.sandbox.answers(OK)
    broken: list[int] = []

    def answer(_probe: Any, _identity: Any) -> ProbeAnswer:
        if not broken:
            broken.append(1)
            raise UnreachableError("The pod is gone.")
        return OK

    lab.sandbox.answer = answer
    assert lab.grade().verdict is Verdict.PASSED
    assert len(lab.sandbox.opened) == 2


def test_all_checks_run_whatever_one_does() -> None:
    @check("broken")
    def broken(_view: ScenarioView) -> Finding:
        raise ZeroDivisionError("a bug")

    @check("fine")
    def fine(view: ScenarioView) -> Finding:
        return passed(en=str(view.parameters["ns"]), es=view.namespace)

    spec = grading_spec(
        [python_check("broken"), python_check("fine"), python_check("missing"), http_check()], parameters={"ns": "shop"}
    )
    lab = Lab(spec, broken=broken, fine=fine)
    result = lab.grade()
    verdicts = [checked.verdict for checked in result.checks]
    assert verdicts == [Verdict.INCONCLUSIVE, Verdict.PASSED, Verdict.INCONCLUSIVE, Verdict.FAILED]
    assert "ZeroDivisionError: a bug" in result.checks[0].reason.en
    assert "No check function is registered as missing" in result.checks[2].reason.en
    assert result.points == 10


def test_a_check_that_returns_nonsense_is_inconclusive() -> None:
    nonsense: Any = check("odd")(lambda _view: True)  # type: ignore[arg-type,return-value]
    lab = Lab(grading_spec([python_check("odd")]), odd=nonsense)
    result = lab.grade()
    assert result.verdict is Verdict.INCONCLUSIVE
    assert "returned bool" in result.checks[0].reason.en


def test_a_control_check_that_breaks_costs_its_penalty() -> None:
    intruder = {"url": "http://orders/", "client": {"namespace": "other"}, "expect": {"refused": True}}
    spec = grading_spec(
        [http_check(), http_check(id="intruder-out", target=False, points=0, penalty=25, http=intruder)]
    )
    lab = Lab(spec)
    lab.sandbox.answers(OK)
    result = lab.grade()
    assert (result.verdict, result.points) == (Verdict.FAILED, 35)
    assert {identity.namespace for identity in lab.sandbox.opened} == {"shop", "other"}


@pytest.mark.parametrize(
    ("severity", "points"), [({"penalty": 25}, 35), ({"severity": "catastrophic", "penalty": None, "cap_points": 5}, 5)]
)
def test_a_broken_safeguard_costs(severity: dict[str, Any], points: int) -> None:
    lab = Lab(grading_spec(safeguards=[guard(same_uid=deployment(), **severity)]))
    lab.sandbox.answers(OK)
    lab.sandbox.reader.put("apps/v1", "Deployment", "orders")
    result = lab.grade()
    assert (result.verdict, result.points) == (Verdict.FAILED, points)
    assert result.safeguards[0].held is False


def test_a_rollout_is_waited_for_before_replicas_are_judged() -> None:
    lab = Lab(grading_spec(safeguards=[guard(replicas=deployment())]))
    lab.sandbox.answers(OK)
    lab.fix()
    fixed_at = lab.sandbox.clock.now()
    orders = lab.sandbox.reader.put(
        "apps/v1", "Deployment", "orders", spec={"replicas": 2}, status={"readyReplicas": 1}
    )
    assert lab.grade().safeguards[0].held is False
    lab.sandbox.clock.time = fixed_at

    def answer(_probe: Any, _identity: Any) -> ProbeAnswer:
        if lab.sandbox.clock.now() > fixed_at + 2:
            orders["status"]["readyReplicas"] = 2
        return OK

    lab.sandbox.answer = answer
    assert lab.grade().safeguards[0].held is True


def test_flapping_does_not_pass() -> None:
    lab = Lab(grading_spec([http_check(within_seconds=10, hold_seconds=3)]))
    lab.fix()
    lab.sandbox.answers_by_time(lambda at: OK if int(at) % 4 < 2 else REFUSED)
    result = lab.grade()
    assert result.verdict is Verdict.FAILED
    assert "did not stay so" in result.checks[0].reason.en


def test_hostile_texts_are_cleaned_in_the_result() -> None:
    hostile = "\x1b[31m<script>\u202e" + "x" * 1_000_000
    lab = Lab(
        grading_spec([python_check("hostile"), http_check()]),
        hostile=check("hostile")(lambda _view: failed(en=hostile, es=hostile, expected=hostile, actual=hostile)),
    )
    lab.sandbox.answers(ProbeAnswer(ProbeOutcome.ANSWERED, status=500, body=hostile))
    result = lab.grade()
    for text in (result.checks[0].reason.en, result.checks[0].actual, result.checks[1].actual):
        assert len(text) <= 4000
        assert "\x1b" not in text
        assert "\u202e" not in text


def test_a_half_mark_can_pass_when_the_scenario_says_so() -> None:
    checks = [http_check(), http_check(id="second", points=40, http={"url": "http://b/", "expect": {"status": 200}})]
    lab = Lab(grading_spec(checks, pass_share=0.6))
    lab.sandbox.answer = lambda probe, _identity: OK if url_of(probe) == "http://orders/" else REFUSED
    result = lab.grade()
    assert (result.verdict, result.points, result.is_passed) == (Verdict.FAILED, 60, True)
    assert not replace(result, pass_share=0.7).is_passed
    assert not replace(result, verdict=Verdict.INCONCLUSIVE).is_passed


def test_a_foreign_baseline_is_refused() -> None:
    lab = Lab()
    lab.baseline = replace(lab.baseline, scenario=ScenarioId("another_one"))
    with pytest.raises(InputError, match="another_one"):
        lab.grade()


def test_a_lab_is_the_sum_of_its_scenarios() -> None:
    good, bad = Lab(), Lab()
    good.sandbox.answers(OK)
    report = grade_lab(LAB, [good.job, bad.job], good.sandbox.clock, candidate="María")
    assert [scenario.verdict for scenario in report.scenarios] == [Verdict.PASSED, Verdict.FAILED]
    assert (report.points, report.max_points, report.verdict) == (60, 120, Verdict.FAILED)


def test_a_lab_is_inconclusive_when_a_scenario_is() -> None:
    good, dark = Lab(), Lab()
    good.sandbox.answers(OK)
    dark.sandbox.probes_are_down = True
    report = grade_lab(LAB, [good.job, dark.job], good.sandbox.clock)
    assert report.verdict is Verdict.INCONCLUSIVE
    assert (report.points, report.undecided_points) == (60, 60)


def test_a_lab_without_scenarios_cannot_be_graded() -> None:
    with pytest.raises(InputError, match="no scenario"):
        grade_lab(LAB, [], FakeSandbox().clock)


def test_odd_objects_of_a_candidate_break_nothing_but_their_check() -> None:
    lab = Lab(grading_spec([http_check(), http_check(id="odd", http=None, object=deployment("odd"))]))
    lab.sandbox.answers(OK)
    lab.sandbox.reader.put("apps/v1", "Deployment", "odd")["metadata"] = None
    result = lab.grade()
    assert [checked.verdict for checked in result.checks] == [Verdict.PASSED, Verdict.INCONCLUSIVE]


@settings(max_examples=30)
@given(states=st.lists(st.sampled_from([OK, REFUSED, None]), min_size=3, max_size=3), rebuilt=st.booleans())
def test_the_same_state_gives_the_same_score(states: list[ProbeAnswer | None], *, rebuilt: bool) -> None:
    """However often it is graded, and in whatever order its checks stand."""
    checks = [
        http_check(id=f"check-{i}", points=10 * (i + 1), http={"url": f"http://{i}/", "expect": {"status": 200}})
        for i in range(3)
    ]

    def graded(order: list[dict[str, Any]]) -> tuple[Verdict, int, int, dict[str, Verdict]]:
        lab = Lab(grading_spec(order, [guard(same_uid=deployment())]))
        if rebuilt:
            lab.sandbox.reader.put("apps/v1", "Deployment", "orders", metadata={"creationTimestamp": rfc3339(START)})

        def answer(probe: Any, _identity: Any) -> ProbeAnswer:
            given_answer = states[int(url_of(probe).strip("htp:/"))]
            if given_answer is None:
                raise UnreachableError("no probe")
            return given_answer

        lab.sandbox.answer = answer
        first, second = lab.grade(), lab.grade()
        assert (first.verdict, first.points) == (second.verdict, second.points)
        return first.verdict, first.points, first.undecided_points, {c.id: c.verdict for c in first.checks}

    assert graded(checks) == graded(checks[::-1])


def test_hints_are_taken_off() -> None:
    lab = Lab()
    lab.sandbox.answers(OK)
    report = grade_lab(LAB, [replace(lab.job, hint_points=15)], lab.sandbox.clock)
    assert (report.points, report.scenarios[0].hint_points, report.verdict) == (45, 15, Verdict.PASSED)
