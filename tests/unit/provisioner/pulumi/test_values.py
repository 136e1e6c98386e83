from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi.provider.experimental.property_value import PropertyValue

from provisioner.pulumi.errors import ResourceInputError
from provisioner.pulumi.values import plain, plain_map, wrapped, wrapped_map

scalars = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text() | st.floats(allow_nan=False)
trees = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3), max_leaves=8
)


@given(trees)
def test_plain_data_survives(value: Any) -> None:
    assert plain(wrapped(value)) == value


def test_whole_numbers_stay_whole() -> None:
    port = plain(wrapped({"port": 80}))["port"]
    assert isinstance(port, int)


def test_pulumis_own_properties_are_not_inputs() -> None:
    assert plain_map({"__defaults": wrapped([]), "lab": wrapped("x")}) == {"lab": "x"}


def test_secrets_are_marked() -> None:
    found = wrapped_map({"kubeconfig": "k", "lab": "x"}, secrets=frozenset({"kubeconfig"}))
    assert {key for key, value in found.items() if value.is_secret} == {"kubeconfig"}


def test_what_is_no_data_is_refused() -> None:
    with pytest.raises(ResourceInputError):
        plain(PropertyValue.computed())
