from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.cli.options import SEED_MAX_CHARACTERS, duration_seconds, seed_text
from labs.core.errors import InputError


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90m", 5400.0), ("4h", 14_400.0), ("2d", 172_800.0), ("30s", 30.0), (" 1.5H ", 5400.0), ("0m", 0.0)],
)
def test_durations(text: str, seconds: float) -> None:
    assert duration_seconds(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "4", "h", "4 h", "-4h", "4hours", "4h30m", "1e3s", "٤h", "9999999s", "nan", "4h\n4h"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is not a duration") as caught:
        duration_seconds(text)
    assert "90m" in caught.value.hint


@given(st.text(max_size=20))
def test_any_text_is_a_duration_or_refused(text: str) -> None:
    with suppress(InputError):
        assert duration_seconds(text) >= 0


def test_seeds_are_printable_and_short() -> None:
    assert seed_text("segundo intento ñ") == "segundo intento ñ"
    for wrong in ("\x1b[31m", "a\nb", "\udcff", "x" * (SEED_MAX_CHARACTERS + 1), "\u202eabc"):
        with pytest.raises(InputError, match="printable"):
            seed_text(wrong)
