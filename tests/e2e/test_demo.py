"""`make demo` and the README's first lab, as a new user types them."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TALLER = Path(sys.executable).parent / "taller"


@pytest.mark.e2e
@pytest.mark.timeout(300)
def test_demo_shows_the_main_job(tmp_path: Path) -> None:
    environment = os.environ | {"TALLER_HOME": str(tmp_path)}
    done = subprocess.run([TALLER, "demo"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    said = done.stdout
    assert "As it must be: the untouched lab scores nothing." in said
    assert "As it must be: the fixed lab gets full marks." in said
    assert "As it must be: the trap is caught by neighbour-lives." in said
    assert "Nothing of the two labs is on this host." in said
    report = re.search(r"Report: (\S+\.html)", said)
    assert report
    page = (ROOT / report[1]).read_text(encoding="utf-8")
    assert 'lang="es"' in page
    assert "<script" not in page


@pytest.mark.e2e
@pytest.mark.timeout(300)
def test_first_lab_by_hand(tmp_path: Path) -> None:
    """The README's five lines, run as printed; only the untouched lab's grade ends with 1."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = re.search(r"<!-- first-lab:begin -->\s*```\w*\n(.*?)```", readme, re.DOTALL)
    assert block, "README.md has no first lab between its markers"
    lines = [line.partition("  #")[0].rstrip() for line in block[1].splitlines() if line.strip()]
    script = "\n".join(["set -e", *(f"{line} || [ $? = 1 ]" if " grade " in line else line for line in lines)])
    environment = os.environ | {"TALLER_HOME": str(tmp_path), "PATH": f"{TALLER.parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "is gone" in done.stdout
