import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.core.errors import InputError
from labs.core.settings import Settings
from labs.lifecycle.ttl import TTL_MAX_SECONDS, TTL_MIN_SECONDS, lab_seconds


def test_the_setting_holds_unless_another_is_wanted() -> None:
    assert lab_seconds(Settings(ttl_seconds=600), None) == 600
    assert lab_seconds(Settings(ttl_seconds=600), 90) == 90


@given(st.floats(allow_nan=False))
def test_what_is_out_of_range_is_refused_whoever_wanted_it(seconds: float) -> None:
    if TTL_MIN_SECONDS <= seconds <= TTL_MAX_SECONDS:
        assert lab_seconds(Settings(), seconds) == seconds
        return
    with pytest.raises(InputError, match="cannot live"):
        lab_seconds(Settings(), seconds)


def test_a_setting_out_of_range_is_refused() -> None:
    with pytest.raises(InputError, match="cannot live"):
        lab_seconds(Settings(ttl_seconds=1), None)
