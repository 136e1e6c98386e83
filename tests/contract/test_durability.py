"""Durability on a real lab: what only the replacement of a pod reveals is caught once the lab is frozen, not before."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.command import taller

MENDED, TRAPPED = "orders_routing", "catalog_never_ready"
TRAP, CAUGHT_BY = "put-the-settings-back", "all-copies-ready"


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[str]:
    """One scenario mended for good, the other only for the pods that run."""
    named = ["--scenario", MENDED, "--scenario", TRAPPED]
    try:
        made = taller("up", *named, "--candidate", "durability", home=tmp_path)["lab"]
        taller("fix", made, MENDED, home=tmp_path)
        taller("fix", made, TRAPPED, "--trap", TRAP, home=tmp_path)
        yield made
    finally:
        taller("down", "--all", home=tmp_path)


@pytest.mark.cluster
@pytest.mark.timeout(400)
def test_what_only_a_new_pod_reveals_is_caught_when_frozen(lab: str, tmp_path: Path) -> None:
    live = graded(lab, tmp_path, verdict="passed")
    assert {name: each["points"] for name, each in live.items()} == {MENDED: 100, TRAPPED: 100}
    assert {each["durability"]["verdict"] for each in live.values()} == {None}
    taller("freeze", lab, home=tmp_path)
    first = graded(lab, tmp_path, verdict="failed")
    assert (first[MENDED]["points"], first[MENDED]["durability"]["verdict"]) == (100, "passed")
    assert first[MENDED]["durability"]["what"].count(",") == 2, "both pods were replaced, one after the other"
    assert first[TRAPPED]["durability"]["verdict"] == "failed"
    caught = next(check for check in first[TRAPPED]["checks"] if check["id"] == CAUGHT_BY)
    assert (caught["verdict"], caught["points"]) == ("failed", 0)
    assert caught["reason"].startswith("It passed until a pod was replaced.")
    second = graded(lab, tmp_path, verdict="failed")
    assert summary(second) == summary(first)


def graded(lab: str, home: Path, *, verdict: str) -> dict[str, Any]:
    report = taller("grade", lab, home=home, expected=(0, 1))
    assert report["verdict"] == verdict, json.dumps(report, indent=1)
    return {scenario["id"]: scenario for scenario in report["scenarios"]}


def summary(report: dict[str, Any]) -> dict[str, Any]:
    """What may not differ from one grading of a frozen lab to the next."""
    return {
        name: (
            each["points"],
            each["durability"]["verdict"],
            [(check["id"], check["verdict"], check["points"]) for check in each["checks"]],
            [(guard["id"], guard["held"]) for guard in each["safeguards"]],
        )
        for name, each in report.items()
    }
