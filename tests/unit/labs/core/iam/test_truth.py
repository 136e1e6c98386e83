import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.core.iam.truth import NO, YES, Truth, all_of, any_of, negated, unknown
from tests.unit.labs.core.iam.asking import UNHURRIED

MAYBE = unknown("it rains", "llueve")
truths = st.sampled_from([YES, NO, MAYBE, unknown("it snows", "nieva")])


def possible(truth: Truth) -> set[bool]:
    return {True, False} if truth.is_yes is None else {truth.is_yes}


@UNHURRIED
@given(st.lists(truths, max_size=4))
def test_what_it_says_is_what_every_outcome_of_the_unknown_would_say(values: list[Truth]) -> None:
    certain_yes = any(possible(value) == {True} for value in values)
    certain_no = all(possible(value) == {False} for value in values)
    assert any_of(values).is_yes == (True if certain_yes else False if certain_no else None)
    assert all_of(map(negated, values)).is_yes == negated(any_of(values)).is_yes


def test_doubts_are_kept_once() -> None:
    assert any_of([MAYBE, NO, MAYBE]).doubts == MAYBE.doubts
    assert any_of([MAYBE, YES]).doubts == ()


def test_it_is_no_bool() -> None:
    with pytest.raises(TypeError):
        bool(MAYBE)
