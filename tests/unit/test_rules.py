"""Rules of the house that no linter knows."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
LONGEST_MODULE_LINES = 400


def test_no_module_is_longer_than_one_can_keep_in_mind() -> None:
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py", "*.go"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    files = [ROOT / name for name in listing.stdout.splitlines()]
    assert len(files) > 100, "git lists our modules"
    long = {path.name: lines for path in files if (lines := len(path.read_text().splitlines())) > LONGEST_MODULE_LINES}
    assert long == {}
