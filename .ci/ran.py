# noqa: INP001  -- a script, not a package
"""Fails unless the tests of a JUnit report really ran: at least one, none skipped. `--summary FILE…` prints totals."""

import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Counts:
    """How many tests of a report did what."""

    tests: int
    failed: int
    skipped: int

    @property
    def passed(self) -> int:
        """Those that ran and held."""
        return self.tests - self.failed - self.skipped


def counts(report: Path) -> Counts:
    """The report's counts, all zero when there is no such file."""
    if not report.is_file():
        return Counts(0, 0, 0)
    suites = list(ET.parse(report).getroot().iter("testsuite"))  # noqa: S314
    total = {name: sum(int(s.get(name, "0")) for s in suites) for name in ("tests", "failures", "errors", "skipped")}
    return Counts(total["tests"], total["failures"] + total["errors"], total["skipped"])


def main(arguments: list[str]) -> int:
    """Run as a command."""
    if arguments[0] == "--summary":
        each = [counts(Path(name)) for name in arguments[1:]]
        passed, failed, skipped = (sum(getattr(c, what) for c in each) for what in ("passed", "failed", "skipped"))
        sys.stdout.write(f"{passed} passed, {failed} failed, {skipped} skipped\n")
        return 0
    found = counts(Path(arguments[0]))
    if found.passed and not found.skipped and not found.failed:
        return 0
    sys.stderr.write(f"{arguments[0]}: {found}: these tests must all run and pass.\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
