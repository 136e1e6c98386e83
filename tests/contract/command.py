"""`taller` as users run it: a process of its own that nobody types into."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

TALLER = str(Path(sys.executable).parent / "taller")


def taller(*arguments: str, home: Path, expected: tuple[int, ...] = (0,)) -> Any:
    """What it printed as JSON; an AssertionError with its complaint when it ended with another code than expected."""
    done = ended(*arguments, "--json", home=home)
    assert done.returncode in expected, done.stderr[-3000:]
    return json.loads(done.stdout)


def ended(*arguments: str, home: Path) -> "subprocess.CompletedProcess[str]":
    """A command that has ended, however it did."""
    return subprocess.run(
        [TALLER, *arguments],
        env=_environment(home),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def started(*arguments: str, home: Path) -> "subprocess.Popen[str]":
    """A command that is left at work; what it complains of is not kept."""
    return subprocess.Popen(
        [TALLER, *arguments],
        env=_environment(home),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def _environment(home: Path) -> dict[str, str]:
    return os.environ | {"TALLER_HOME": str(home)}
