"""Reading takes time in proportion to the text, whatever its shape; what is too long is cut, and said to be."""

import time

import pytest

from labs.posting.document import parse
from labs.posting.hyphens import whole_words
from labs.posting.limits import MAX_LINES, MAX_WORDS
from labs.posting.reading import understand
from labs.posting.source import clean
from tests.bench.hostile import SHAPES, hostile_seconds
from tests.unit.posting.samples import asked

_SIZE = 50_000
_TIMES, _NOISE_SECONDS = 3.2, 0.15
"""Twice the text takes twice the time; were it quadratic, four times."""


@pytest.mark.parametrize("name", SHAPES)
def test_twice_the_text_takes_no_more_than_about_twice_the_time(name: str) -> None:
    hostile_seconds(name, 1000, time.process_time)  # what is loaded once is loaded
    once = min(hostile_seconds(name, _SIZE, time.process_time) for _ in range(2))
    twice = min(hostile_seconds(name, 2 * _SIZE, time.process_time) for _ in range(2))
    assert twice <= once * _TIMES + _NOISE_SECONDS


@pytest.mark.parametrize(
    "text", ["# DevOps\n\n" + "- Go\n" * MAX_LINES, "Go " * MAX_WORDS + "x", "<p>a</p>" * (MAX_LINES + 1)]
)
def test_what_is_not_read_is_said(text: str) -> None:
    assert any("were read" in problem for problem in understand(clean(text, "x")).problems)
    assert understand(clean(text[: len(text) // 2], "x")).problems == ()


def test_what_is_within_reach_is_read_to_its_last_word() -> None:
    head, end = "# DevOps Engineer\n\n", "\n\nYou must know Linux and Kubernetes"
    exact = f"{head}{'word ' * (MAX_WORDS - 8)}{end}"
    assert _named(exact) == {"linux", "kubernetes"}
    assert _named(exact.replace("word", "one word", 1)) == {"linux"}


def _named(text: str) -> set[str]:
    return {str(requirement.id) for requirement in understand(clean(text, "x")).requirements}


@pytest.mark.parametrize(
    "text", ["## Requirements\n\n- Kuber-\n  netes for the team\n", "Requirements:\nKuber-\nnetes"]
)
def test_words_cut_at_the_edge_are_whole(text: str) -> None:
    assert asked(text)["kubernetes"] == "must"
    assert parse(clean(text, "x")).quote(text[: text.index("Kuber")].count("\n") + 1).endswith("Kuber-")


@pytest.mark.parametrize("text", ["on-\ncall", "self-\nhosted", "blue-\ngreen", "CI-\nCD", "a-\nb", "x"])
def test_hyphens_that_belong_there_stay(text: str) -> None:
    assert whole_words(text) == text
