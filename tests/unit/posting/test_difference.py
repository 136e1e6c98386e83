import pytest

from labs.core.errors import InputError
from labs.posting.difference import Outline, difference, lines_of
from labs.posting.plan import Plan, make_plan
from labs.posting.planfile import dump_plan, load_plan
from tests.unit.posting.samples import option, reading

_OPTIONS = [option("routing", "linux"), option("charts", "helm")]


def _plan(bullets: str, title: str = "Senior DevOps Engineer") -> Plan:
    return make_plan(reading(f"# {title}\n\n## Requirements\n\n{bullets}\n"), _OPTIONS)


def test_what_came_went_and_changed_is_told() -> None:
    old = Outline.of_plan(_plan("- Linux\n- AWS\n- Docker"))
    new = Outline.of_plan(_plan("- Linux\n- AWS is a plus\n- Helm", title="Junior DevOps Engineer"))
    changes = difference(old, new)
    assert changes["requirements"] == {
        "added": [{"id": "helm", "kind": "must"}],
        "removed": [{"id": "docker", "kind": "must"}],
        "changed": [{"id": "aws", "old": "must", "new": "nice"}],
    }
    assert changes["scenarios"] == {"added": ["charts"], "removed": []}
    assert changes["level"] == {"old": "senior", "new": "junior"}
    assert not changes["same"]
    assert list(lines_of(changes, "en")) == [
        "+ Helm (required)",
        "- Docker (required)",
        "~ AWS: required → an advantage",
        "+ charts",
        "~ level: senior → junior",
        "~ minutes: 20 → 40",
    ]
    assert "~ nivel: senior → junior" in list(lines_of(changes, "es"))


def test_a_plan_and_its_file_are_the_same() -> None:
    plan = _plan("- Linux\n- Communication")
    outline = Outline.of_file(load_plan(dump_plan(plan), "p"))
    changes = difference(Outline.of_plan(plan), outline)
    assert changes["same"]
    assert not list(lines_of(changes, "en"))


def test_a_plan_with_wrong_entries_is_told_of_these_and_not_of_having_none() -> None:
    text = dump_plan(_plan("- Linux\n- Helm"))
    wrong = "\n".join(
        line.split("minutes:")[0] + "minutes: soon" if "minutes:" in line else line for line in text.splitlines()
    )
    with pytest.raises(InputError) as told:
        load_plan(wrong, "plan.yaml")
    lines = [line.split(": ")[1] for line in str(told.value).splitlines() if line.startswith("  plan.yaml:")]
    assert lines[:2] == ["minutes", "scenarios.0.minutes"]
    assert "scenarios" not in lines
