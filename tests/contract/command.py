"""`taller` as users run it: a process of its own, its answer as JSON."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

TALLER = str(Path(sys.executable).parent / "taller")


def taller(*arguments: str, home: Path, expected: tuple[int, ...] = (0,)) -> Any:
    """What it printed; an AssertionError with its complaint when it ended with another code than expected."""
    environment = os.environ | {"TALLER_HOME": str(home)}
    command = [TALLER, *arguments, "--json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode in expected, done.stderr[-3000:]
    return json.loads(done.stdout)
