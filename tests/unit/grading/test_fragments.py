from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grading.fragments import Mismatch, fragment_problems, mismatches
from grading.paths import ABSENT

POD = {
    "metadata": {"labels": {"app": "orders", "a.b/c": "d"}},
    "spec": {
        "replicas": 2,
        "paused": False,
        "containers": [{"name": "web", "image": "shop:1", "args": ["a", "b"]}, {"name": "side", "image": "side:1"}],
        "ports": [{"port": 80}, {"port": 443}],
    },
}

keys = st.text(alphabet="abcxyz", min_size=1, max_size=3)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
json_values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3), max_leaves=12
)


@pytest.mark.parametrize(
    "fragment",
    [
        {},
        {"spec": {"replicas": 2}},
        {"spec": {"replicas": 2.0}},
        {"metadata": {"labels": {"a.b/c": "d"}}},
        {"spec": {"containers": [{"name": "side", "image": "side:1"}]}},
        {"spec": {"containers": [{"name": "side"}, {"name": "web", "args": ["a", "b"]}]}},
        {"spec": {"ports": [{"port": 80}]}},
        {"spec": {"replicas": {"$at_least": 2}}},
        {"spec": {"replicas": {"$at_most": 2}}},
        {"spec": {"strategy": {"$absent": True}}},
        {"spec": {"replicas": {"$not": 3}, "strategy": {"$not": {"type": "Recreate"}}}},
        {"spec": {"replicas": {"$one_of": [1, {"$at_least": 2}]}}},
    ],
)
def test_what_is_there_matches(fragment: Any) -> None:
    assert fragment_problems(fragment) == []
    assert mismatches(fragment, POD) == []


@pytest.mark.parametrize(
    ("fragment", "path", "actual"),
    [
        ({"spec": {"replicas": 3}}, "spec.replicas", 2),
        ({"spec": {"replicas": "2"}}, "spec.replicas", 2),
        ({"spec": {"replicas": True}}, "spec.replicas", 2),
        ({"spec": {"paused": 0}}, "spec.paused", False),
        ({"spec": {"none": None}}, "spec.none", ABSENT),
        ({"spec": {"none": {}}}, "spec.none", ABSENT),
        ({"metadata": {"labels": {"a.b/c": "x"}}}, 'metadata.labels["a.b/c"]', "d"),
        ({"spec": {"containers": [{"name": "web", "image": "x"}]}}, "spec.containers[name=web].image", "shop:1"),
        ({"spec": {"containers": [{"name": "gone"}]}}, "spec.containers[name=gone]", ABSENT),
        ({"spec": {"containers": [{"name": "web", "args": ["a"]}]}}, "spec.containers[name=web].args", ["a", "b"]),
        ({"spec": {"ports": [{"port": 80}, {"port": 80}]}}, "spec.ports[1].port", 443),
        ({"spec": {"replicas": {"$at_least": 3}}}, "spec.replicas", 2),
        ({"spec": {"paused": {"$at_most": 3}}}, "spec.paused", False),
        ({"spec": {"none": {"$at_least": 0}}}, "spec.none", ABSENT),
        ({"spec": {"replicas": {"$absent": True}}}, "spec.replicas", 2),
        ({"spec": {"replicas": {"$one_of": [3, 4]}}}, "spec.replicas", 2),
    ],
)
def test_what_differs_is_told_with_its_place(fragment: Any, path: str, actual: Any) -> None:
    (miss,) = mismatches(fragment, POD)
    assert (miss.path, miss.actual) == (path, actual)


@pytest.mark.parametrize(
    ("fragment", "problem"),
    [
        ({"a": {"$odd": 1}}, "a: unknown operator $odd"),
        ({"a": {"$not": 1, "b": 2}}, "a: an operator must stand alone"),
        ({"$absent": False}, "(root): $absent is only ever true"),
        ({"a": [{"$at_least": "2"}]}, "a[0]: $at_least needs a number"),
        ({"a": {"$at_most": True}}, "a: $at_most needs a number"),
        ({"a": {"$one_of": []}}, "a: $one_of needs a list"),
        ({"a": {"$not": {"$odd": 1}}}, "a.$not: unknown operator"),
    ],
)
def test_a_wrong_fragment_is_told(fragment: Any, problem: str) -> None:
    (told,) = fragment_problems(fragment)
    assert told.startswith(problem)


@given(json_values)
def test_anything_matches_itself(value: Any) -> None:
    assert mismatches(value, value) == []


@given(json_values, json_values)
def test_matching_never_raises_and_every_mismatch_is_real(fragment: Any, actual: Any) -> None:
    for miss in mismatches(fragment, actual):
        assert isinstance(miss, Mismatch)
        assert mismatches(miss.expected, miss.actual)


@given(st.dictionaries(keys, json_values, max_size=4), st.dictionaries(keys, json_values, max_size=4))
def test_an_object_that_grows_goes_on_matching(fragment: dict[str, Any], more: dict[str, Any]) -> None:
    assert mismatches(fragment, {**more, **fragment}) == []


@given(json_values, json_values)
def test_not_is_the_opposite(fragment: Any, actual: Any) -> None:
    assert bool(mismatches({"$not": fragment}, actual)) is not bool(mismatches(fragment, actual))


@given(json_values, st.lists(json_values, min_size=1, max_size=3))
def test_one_of_is_any(actual: Any, choices: list[Any]) -> None:
    expected = any(not mismatches(choice, actual) for choice in choices)
    assert (not mismatches({"$one_of": choices}, actual)) is expected


@given(st.permutations([{"name": "a", "v": 1}, {"name": "b", "v": 2}, {"name": "c", "v": 3}]))
def test_named_items_match_in_any_order(items: list[Any]) -> None:
    assert mismatches([{"name": "c", "v": 3}, {"name": "a"}], items) == []
