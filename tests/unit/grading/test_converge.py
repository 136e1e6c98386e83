from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grading.converge import Outcome, Task, Terms, converge
from grading.findings import Finding, UndecidableError, Verdict, failed, passed
from labs.core.errors import InfrastructureError, NotFoundError, TimedOutError, UnreachableError
from tests.unit.grading.fakes import START, FakeClock

GOOD = passed(en="good", es="bien")
BAD = failed(en="bad", es="mal")


def run(
    look: Callable[[float], Finding], *, deadline: float = 0.0, hold: float = 3.0, patience: float = 15.0
) -> tuple[Outcome, float]:
    """The outcome of looks at the seconds since the start, and how many seconds it took."""
    clock = FakeClock()
    task = Task(lambda: look(clock.now() - START), lambda: START + deadline, Terms(hold, patience))
    (outcome,) = converge([task], clock)
    return outcome, clock.now() - START


def down(_: float) -> Finding:
    raise UnreachableError("no API")


def test_what_is_good_passes_once_it_held() -> None:
    outcome, took = run(lambda _: GOOD)
    assert outcome.verdict is Verdict.PASSED
    assert took == pytest.approx(3.0)


def test_without_a_hold_one_look_is_enough() -> None:
    assert run(lambda _: GOOD, hold=0)[1] == 0


def test_a_settled_failure_is_confirmed_once_and_quick() -> None:
    looks: list[float] = []

    def look(at: float) -> Finding:
        looks.append(at)
        return BAD

    outcome, took = run(look)
    assert outcome.verdict is Verdict.FAILED
    assert len(looks) == 2
    assert took <= 1


def test_a_hiccup_of_a_settled_lab_does_not_fail_it() -> None:
    assert run(lambda at: BAD if at == 0 else GOOD)[0].verdict is Verdict.PASSED


def test_a_late_fix_passes_within_its_time() -> None:
    outcome, took = run(lambda at: GOOD if at >= 200 else BAD, deadline=300)
    assert outcome.verdict is Verdict.PASSED
    assert 203 <= took <= 206


def test_a_fix_that_takes_too_long_fails_at_the_deadline() -> None:
    outcome, took = run(lambda at: GOOD if at >= 310 else BAD, deadline=300)
    assert outcome.verdict is Verdict.FAILED
    assert took == pytest.approx(300)


def test_the_last_look_is_at_the_deadline_not_before() -> None:
    assert run(lambda at: GOOD if at >= 9.99 else BAD, deadline=10)[0].verdict is Verdict.PASSED


def test_flapping_fails_and_says_so() -> None:
    outcome, took = run(lambda at: GOOD if int(at) % 4 < 2 else BAD, deadline=10)
    assert outcome.verdict is Verdict.FAILED
    assert "did not stay so for 3 s" in outcome.reason.en
    assert "no se mantuvo 3 s" in outcome.reason.es
    assert took < 40


@pytest.mark.parametrize("good", [1.1, 1.3, 1.9])
@pytest.mark.parametrize("phase", [0.0, 0.3, 0.7, 1.2])
def test_flapping_is_seen_though_the_looks_had_become_rare(good: float, phase: float) -> None:
    """It comes and goes, as long each, for a minute: with a hold of two seconds it must not be believed once."""
    outcome, _ = run(lambda at: GOOD if (at + phase) // good % 2 else BAD, deadline=60, hold=2.0)
    assert outcome.verdict is Verdict.FAILED


def test_flapping_that_settles_within_the_time_passes() -> None:
    assert run(lambda at: GOOD if at > 20 or int(at) % 2 else BAD, deadline=30)[0].verdict is Verdict.PASSED


def test_unreachable_is_inconclusive_after_patience_never_failed() -> None:
    outcome, took = run(down, deadline=0, patience=15)
    assert outcome.verdict is Verdict.INCONCLUSIVE
    assert "no API" in outcome.reason.en
    assert 15 <= took <= 18


@pytest.mark.parametrize("error", [TimedOutError("slow"), InfrastructureError("odd"), NotFoundError("pod gone")])
def test_any_error_of_ours_is_retried(error: Exception) -> None:
    def look(at: float) -> Finding:
        if at < 5:
            raise error
        return GOOD

    assert run(look)[0].verdict is Verdict.PASSED


def test_evidence_before_an_outage_at_the_deadline_does_not_fail() -> None:
    outcome, _ = run(lambda at: BAD if at < 8 else down(at), deadline=10)
    assert outcome.verdict is Verdict.INCONCLUSIVE
    assert outcome.finding == BAD


def test_an_outage_during_the_hold_starts_it_again() -> None:
    outcome, took = run(lambda at: down(at) if 1 <= at < 4 else GOOD)
    assert outcome.verdict is Verdict.PASSED
    assert took >= 7


@pytest.mark.parametrize("error", [UndecidableError("nothing to compare"), ValueError("a bug"), KeyError("x")])
def test_a_broken_check_is_inconclusive_at_once_and_named(error: Exception) -> None:
    def look(_: float) -> Finding:
        raise error

    outcome, took = run(look)
    assert outcome.verdict is Verdict.INCONCLUSIVE
    assert took == 0
    assert (type(error).__name__ in outcome.reason.en) or (str(error) in outcome.reason.en)


def test_a_deadline_that_cannot_be_read_is_inconclusive() -> None:
    def deadline() -> float:
        raise UnreachableError("no API")

    clock = FakeClock()
    (outcome,) = converge([Task(lambda: BAD, deadline, Terms(0, 5))], clock)
    assert outcome.verdict is Verdict.INCONCLUSIVE


def test_waits_of_several_tasks_overlap() -> None:
    clock = FakeClock()
    tasks = [Task(lambda: GOOD, lambda: 0.0, Terms(5, 15)) for _ in range(8)]
    assert {outcome.verdict for outcome in converge(tasks, clock)} == {Verdict.PASSED}
    assert clock.now() - START == pytest.approx(5)


def test_outcomes_come_in_the_order_of_tasks() -> None:
    clock = FakeClock()
    tasks = [Task(lambda: BAD, lambda: START + 20, Terms(0, 1)), Task(lambda: GOOD, lambda: 0.0, Terms(0, 1))]
    assert [outcome.verdict for outcome in converge(tasks, clock)] == [Verdict.FAILED, Verdict.PASSED]


def test_slow_looks_end_too() -> None:
    clock = FakeClock()

    def look() -> Finding:
        clock.time += 40
        return BAD

    (outcome,) = converge([Task(look, lambda: START + 10, Terms(3, 15))], clock)
    assert outcome.verdict is Verdict.FAILED
    assert clock.now() - START < 130


@given(
    states=st.lists(st.sampled_from(["good", "bad", "down"]), min_size=1, max_size=60),
    deadline=st.floats(0, 40),
    hold=st.sampled_from([0.0, 1.0, 3.0]),
)
def test_verdicts_are_always_founded(states: list[str], deadline: float, hold: float) -> None:
    """Whatever happens from second to second: it ends, and each verdict rests on what it must rest on."""
    seen: list[tuple[float, str]] = []

    def look(at: float) -> Finding:
        state = states[min(int(at), len(states) - 1)]
        seen.append((at, state))
        return down(at) if state == "down" else GOOD if state == "good" else BAD

    outcome, took = run(look, deadline=deadline, hold=hold, patience=6)
    assert took <= max(deadline, len(states)) + 2 * hold + 20
    last_at, last = seen[-1]
    if outcome.verdict is Verdict.PASSED:
        assert last == "good"
        assert all(state == "good" for at, state in seen if at >= last_at - hold + 1e-6)
    elif outcome.verdict is Verdict.FAILED:
        assert last == "bad"
        assert last_at >= deadline - 1e-6
        assert sum(state == "bad" for _, state in seen) >= 2
    else:
        assert last == "down"
    assert run(look, deadline=deadline, hold=hold, patience=6)[0] == outcome
