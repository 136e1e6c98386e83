from typing import Any

import pytest
from pydantic import ValidationError

from grading.spec_durability import Durability


@pytest.mark.parametrize(
    "plan",
    [
        {"replace_pods": {"namespace": "shop", "labels": {"app": "orders"}}},
        {"wait_seconds": 70},
        {"none": "Nothing here runs in pods."},
    ],
)
def test_one_of_three_is_given(plan: dict[str, Any]) -> None:
    assert Durability.model_validate(plan).within_seconds == (40 if "replace_pods" in plan else 0)


@pytest.mark.parametrize(
    ("plan", "problem"),
    [
        ({}, r"give exactly one of .*\(given: none of them\)"),
        ({"wait_seconds": 5, "none": "Nothing to see."}, r"given: wait_seconds, none"),
        ({"none": "because"}, "at least 10"),
        ({"wait_seconds": 0}, "greater than 0"),
        ({"replace_pods": {"namespace": "shop", "labels": {}}}, "at least 1"),
        ({"replace_pod": {"namespace": "shop"}}, "Extra inputs"),
    ],
)
def test_anything_else_is_a_problem(plan: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        Durability.model_validate(plan)
