import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grading.clean import TEXT_CHARACTERS, clean


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("plain\n\ttext", "plain\n\ttext"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07after", "after"),
        ("\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9b2Jcleared", "cleared"),
        ("a\x00b\x08c\x7f", "abc"),
        ("abc\u202etxt.exe", "abctxt.exe"),
        ("\u2066iso\u2069\u200f\ufeff", "iso"),
        ("one\r\ntwo\rthree", "one\ntwothree"),
        ("lone \ud800 surrogate", "lone  surrogate"),
        ("ñandú, 日本語, می‌خواهم, 👩‍💻", "ñandú, 日本語, می‌خواهم, 👩‍💻"),
        ("e" + "\u0301" * 50, "e" + "\u0301" * 4),
    ],
)
def test_tricks_are_taken_out_and_writing_stays(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_floods_are_cut() -> None:
    assert len(clean("x" * 1_000_000)) == TEXT_CHARACTERS
    assert clean("x" * 1_000_000).endswith("…")
    assert clean("\n" * 1_000_000).count("\n") < 60
    assert len(clean("ab" * 300, limit=10)) == 10


@given(st.text(alphabet=st.characters(codec=None), max_size=300), st.integers(5, 50))
def test_cleaned_text_is_harmless_bounded_and_stays_as_it_is(text: str, limit: int) -> None:
    cleaned = clean(text, limit=limit)
    assert len(cleaned) <= limit
    assert clean(cleaned, limit=limit) == cleaned
    assert not {unicodedata.category(c) for c in cleaned.replace("\n", "").replace("\t", "")} & {"Cc", "Cs"}
    assert not set(cleaned) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
    json.dumps(cleaned).encode("utf-8")
    cleaned.encode("utf-8")
