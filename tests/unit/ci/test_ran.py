"""CI must not take skipped or absent cluster tests for passed ones."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / ".ci/ran.py"
REPORT = '<testsuites><testsuite tests="{}" failures="{}" errors="{}" skipped="{}"/></testsuites>'


def ran(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("counts", "status"),
    [((3, 0, 0, 0), 0), ((0, 0, 0, 0), 1), ((3, 0, 0, 1), 1), ((3, 1, 0, 0), 1), ((3, 0, 1, 0), 1), ((2, 0, 0, 2), 1)],
)
def test_only_tests_that_all_ran_and_passed_will_do(tmp_path: Path, counts: tuple[int, ...], status: int) -> None:
    (tmp_path / "report.xml").write_text(REPORT.format(*counts))
    assert ran(tmp_path / "report.xml").returncode == status


def test_no_report_is_no_run(tmp_path: Path) -> None:
    assert ran(tmp_path / "absent.xml").returncode == 1


def test_the_summary_adds_up(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.xml").write_text(REPORT.format(5, 1, 0, 1))
    assert ran("--summary", tmp_path / "a.xml", tmp_path / "b.xml").stdout == "6 passed, 2 failed, 2 skipped\n"
