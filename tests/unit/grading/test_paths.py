from typing import Any

import pytest

from grading.paths import ABSENT, joined, path_problem, value_at

ROOT = {"a": {"b.c/d": 1, "e-f": [10, 20]}, "c": [{"name": "web", "v": None}, "x"], "s": "text"}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ('a["b.c/d"]', 1),
        ("a.e-f[1]", 20),
        ("a.e-f[2]", ABSENT),
        ("c[name=web].v", None),
        ("c[name=gone].v", ABSENT),
        ("a.none.deeper", ABSENT),
        ("s[0]", ABSENT),
        ("s.x", ABSENT),
        ("a[0]", ABSENT),
    ],
)
def test_a_path_leads_to_its_value(path: str, value: Any) -> None:
    assert path_problem(path) == ""
    assert value_at(ROOT, path) == value


@pytest.mark.parametrize("path", ["", "a[[", "a..", 'a["x', "a b"])
def test_an_unreadable_path_is_a_problem(path: str) -> None:
    assert path_problem(path)
    with pytest.raises(ValueError, match="path"):
        value_at(ROOT, path)


def test_joined_paths_lead_back() -> None:
    assert value_at(ROOT, joined("a", "b.c/d")) == 1
    assert joined("", "a") == "a"
    assert joined("a", "b") == "a.b"
