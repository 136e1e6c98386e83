"""What upstream's tests said: read from ginkgo's JUnit report, kept in a file from one run to the next."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from lxml import etree

RESULTS = Path(__file__).with_name("results.json")
_WORDS = 400
_IT = "[It]"
_TIME_IS_OVER = "A suite timeout occurred"
"""Says nothing of the test that was running then."""


@dataclass(frozen=True, slots=True)
class Result:
    """One test that was run."""

    name: str
    outcome: str
    """passed, failed or skipped (by the test itself)."""
    seconds: float
    reason: str = ""


def read(report: Path) -> Mapping[str, Result]:
    """The tests of a report by name: ginkgo writes `[It] NAME [LABEL, …]`, and every test of the suite has labels.

    What ginkgo did not choose is not among them, nor what it did not come to, nor its own set-up nodes.
    """
    found = {}
    for case in etree.parse(str(report), etree.XMLParser(huge_tree=True)).iter("testcase"):
        name = str(case.get("name", ""))
        if not name.startswith(_IT):
            continue
        if result := _result(name.removeprefix(_IT).rpartition(" [")[0].strip(), case):
            found[result.name] = result
    return found


def _result(name: str, case: "etree._Element") -> Result | None:
    seconds = round(float(case.get("time") or 0.0), 1)
    status = str(case.get("status", ""))
    if status == "passed":
        return Result(name, "passed", seconds)
    child = next((each for each in case if each.tag in {"failure", "error", "skipped"}), None)
    message = _line(str(child.get("message") or child.text or "")) if child is not None else ""
    if status == "skipped":
        # ginkgo gives no reason for a test that its filter left out, or that it did not come to
        return Result(name, "skipped", seconds, message) if message not in {"", "skipped"} else None
    if status in {"pending", "interrupted"} or message.startswith(_TIME_IS_OVER):
        return None
    return Result(name, "failed", seconds, f"{status}: {message}" if status != "failed" else message)


def load(path: Path = RESULTS) -> Mapping[str, Result]:
    """The results kept so far, by name."""
    if not path.is_file():
        return {}
    return {each["name"]: Result(**each) for each in json.loads(path.read_text())}


def keep(results: Mapping[str, Result], path: Path = RESULTS) -> None:
    """The results are in the file; of a test that was run before, the later one."""
    merged = {**load(path), **results}
    lines = ",\n".join(json.dumps(asdict(merged[name])) for name in sorted(merged))
    path.write_text(f"[\n{lines}\n]\n")


def missing(chosen: Sequence[str], results: Mapping[str, Result]) -> Sequence[str]:
    """Tests that were chosen and of which nothing was heard."""
    return sorted(set(chosen) - results.keys())


def _line(text: str) -> str:
    """One line, without addresses of memory and the marks of ginkgo's colours."""
    return " ".join(re.sub(r"0x[0-9a-f]{6,}", "0x…", text).split())[:_WORDS]
