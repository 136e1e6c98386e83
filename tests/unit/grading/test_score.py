from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from grading import score
from grading.findings import Verdict, Words
from grading.results import CheckResult, SafeguardResult
from grading.spec import Severity
from labs.core.ids import CheckId

NO_WORDS = Words("", "")
verdicts = st.sampled_from(list(Verdict))


@st.composite
def check_results(draw: Any) -> CheckResult:
    verdict, target = draw(verdicts), draw(st.booleans())
    worth = draw(st.integers(1, 100)) if target else 0
    return CheckResult(
        id=CheckId("c"),
        kind="http",
        target=target,
        verdict=verdict,
        points=worth if verdict is Verdict.PASSED else 0,
        max_points=worth,
        penalty=0 if target else draw(st.integers(1, 50)),
        message=NO_WORDS,
        reason=NO_WORDS,
    )


@st.composite
def safeguard_results(draw: Any) -> SafeguardResult:
    severity = draw(st.sampled_from(list(Severity)))
    recoverable = severity is Severity.RECOVERABLE
    return SafeguardResult(
        id=CheckId("s"),
        kind="same_uid",
        severity=severity,
        verdict=draw(verdicts),
        penalty=draw(st.integers(1, 50)) if recoverable else 0,
        cap_points=None if recoverable else draw(st.none() | st.integers(0, 60)),
        message=NO_WORDS,
        reason=NO_WORDS,
    )


checks = st.lists(check_results(), max_size=6)
guards = st.lists(safeguard_results(), max_size=4)


@given(checks, guards)
def test_points_are_within_bounds(results: list[CheckResult], held: list[SafeguardResult]) -> None:
    assert 0 <= score.points(results, held) <= sum(check.max_points for check in results)


@given(checks, guards, st.randoms())
def test_order_does_not_matter(results: list[CheckResult], held: list[SafeguardResult], random: Any) -> None:
    shuffled, shuffled_guards = list(results), list(held)
    random.shuffle(shuffled)
    random.shuffle(shuffled_guards)
    assert score.points(shuffled, shuffled_guards) == score.points(results, held)
    assert score.verdict(shuffled, shuffled_guards) is score.verdict(results, held)


@given(checks, guards, check_results())
def test_one_more_passed_check_never_costs(
    results: list[CheckResult], held: list[SafeguardResult], more: CheckResult
) -> None:
    won = replace(more, verdict=Verdict.PASSED, points=more.max_points)
    assert score.points([*results, won], held) >= score.points(results, held)


@given(checks, guards, safeguard_results())
def test_one_more_broken_safeguard_never_pays(
    results: list[CheckResult], held: list[SafeguardResult], more: SafeguardResult
) -> None:
    broken = replace(more, verdict=Verdict.FAILED)
    assert score.points(results, [*held, broken]) <= score.points(results, held)


@given(checks, guards)
def test_nothing_fixed_scores_zero(results: list[CheckResult], held: list[SafeguardResult]) -> None:
    untouched = [replace(c, verdict=Verdict.FAILED, points=0) if c.target else c for c in results]
    assert score.points(untouched, held) == 0


@given(checks, guards)
def test_the_verdict_is_passed_only_when_all_is_right(results: list[CheckResult], held: list[SafeguardResult]) -> None:
    verdict = score.verdict(results, held)
    seen = {check.verdict for check in results} | {guard.verdict for guard in held}
    assert (verdict is Verdict.PASSED) == (seen <= {Verdict.PASSED})
    assert (verdict is Verdict.INCONCLUSIVE) == (Verdict.INCONCLUSIVE in seen)


@given(checks, guards, verdicts)
def test_durability_can_only_spoil_the_verdict(
    results: list[CheckResult], held: list[SafeguardResult], lasting: Verdict
) -> None:
    without, verdict = score.verdict(results, held), score.verdict(results, held, lasting)
    assert verdict is (without if lasting is Verdict.PASSED else verdict)
    assert (verdict is Verdict.PASSED) == (without is Verdict.PASSED and lasting is Verdict.PASSED)
    assert (verdict is Verdict.INCONCLUSIVE) == (Verdict.INCONCLUSIVE in {without, lasting})


@given(guards)
def test_inconclusive_safeguards_cost_nothing(held: list[SafeguardResult]) -> None:
    check = CheckResult(CheckId("c"), "http", True, Verdict.PASSED, 70, 70, 0, NO_WORDS, NO_WORDS)  # noqa: FBT003
    undecided = [replace(guard, verdict=Verdict.INCONCLUSIVE) for guard in held]
    assert score.points([check], undecided) == 70


def test_the_lowest_cap_counts_after_penalties() -> None:
    check = CheckResult(CheckId("c"), "http", True, Verdict.PASSED, 70, 70, 0, NO_WORDS, NO_WORDS)  # noqa: FBT003
    cap = SafeguardResult(CheckId("s"), "exists", Severity.CATASTROPHIC, Verdict.FAILED, 0, 20, NO_WORDS, NO_WORDS)
    penalty = SafeguardResult(
        CheckId("p"), "exists", Severity.RECOVERABLE, Verdict.FAILED, 60, None, NO_WORDS, NO_WORDS
    )
    assert score.points([check], [cap]) == 20
    assert score.points([check], [cap, replace(cap, cap_points=None)]) == 0
    assert score.points([check], [cap, penalty]) == 10


@given(checks, guards, st.integers(0, 100))
def test_hints_cost_what_they_cost_but_not_below_zero(
    results: list[CheckResult], held: list[SafeguardResult], hint_points: int
) -> None:
    without, with_hints = score.points(results, held), score.points(results, held, hint_points=hint_points)
    assert max(0, without - hint_points) <= with_hints <= without
