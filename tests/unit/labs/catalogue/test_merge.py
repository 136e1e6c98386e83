from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from labs.catalogue.merge import differences, merged

scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=4)
keys = st.sampled_from(["a", "b", "name", "spec"])
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3), max_leaves=12
)


def without_nulls(value: Any) -> Any:
    """A manifest holds no nulls in mappings: merge patch cannot make any."""
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


def test_mappings_merge_and_null_removes() -> None:
    assert merged({"a": 1, "b": {"c": 2, "d": 3}}, {"b": {"c": None, "e": 4}}) == {"a": 1, "b": {"d": 3, "e": 4}}


def test_named_lists_merge_by_name_in_their_order() -> None:
    containers = [{"name": "app", "image": "x", "env": [{"name": "A", "value": "1"}]}, {"name": "side", "image": "y"}]
    patch = [{"name": "side", "image": "z"}, {"name": "app", "env": [{"name": "A", "value": "2"}, {"name": "B"}]}]
    assert merged(containers, patch) == [
        {"name": "app", "image": "x", "env": [{"name": "A", "value": "2"}, {"name": "B"}]},
        {"name": "side", "image": "z"},
    ]


def test_a_named_item_can_be_deleted() -> None:
    assert merged([{"name": "a"}, {"name": "b"}], [{"name": "a", "$patch": "delete"}]) == [{"name": "b"}]
    assert merged([{"name": "a"}], [{"name": "x", "$patch": "delete"}]) == [{"name": "a"}]


def test_a_named_list_for_nothing_holds_no_marks_of_the_patch() -> None:
    patch = [{"name": "a", "x": None, "y": 1}, {"name": "b", "$patch": "delete"}]
    for original in (None, [], [{"port": 1}]):
        assert merged({"list": original}, {"list": patch}) == {"list": [{"name": "a", "y": 1}]}


def test_other_lists_are_replaced() -> None:
    assert merged({"args": ["a", "b"]}, {"args": ["c"]}) == {"args": ["c"]}
    assert merged([{"name": "a"}, {"name": "a"}], [{"name": "a", "x": 1}]) == [{"name": "a", "x": 1}]
    assert merged([{"port": 1}], [{"port": 2}]) == [{"port": 2}]


@given(values, values)
def test_merging_twice_is_merging_once_and_changes_no_argument(original: Any, patch: Any) -> None:
    original, before = without_nulls(original), without_nulls(original)
    once = merged(original, patch)
    assert merged(once, patch) == once
    assert original == before


@given(values)
def test_an_empty_patch_changes_nothing(original: Any) -> None:
    mapping = {"top": without_nulls(original)} if original is not None else {}
    assert merged(mapping, {}) == mapping
    assert not differences(mapping, merged(mapping, {}))


@given(values, values)
def test_values_without_differences_are_equal(healthy: Any, broken: Any) -> None:
    a, b = {"x": without_nulls(healthy)}, {"x": without_nulls(broken)}
    # Lists of named things are compared by name, so their order alone is no difference.
    if not differences(a, b) and "name" not in str(a):
        assert without_nulls(a) == without_nulls(b)


def test_differences_name_the_place_and_both_values() -> None:
    healthy = {"spec": {"containers": [{"name": "app", "probe": {"path": "/a", "port": 1}}]}}
    broken = merged(healthy, {"spec": {"containers": [{"name": "app", "probe": {"path": "/b", "port": None}}]}})
    assert differences(healthy, broken) == {
        ("spec", "containers", "app", "probe", "path"): ("/a", "/b"),
        ("spec", "containers", "app", "probe", "port"): (1, None),
    }
