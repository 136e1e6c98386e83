"""Running the host's tools: an argv in, its output back, a failure as our error with the tool's last words."""

import subprocess
from collections.abc import Sequence

from labs.core.errors import InfrastructureError

TIMEOUT_SECONDS = 30.0
"""No host tool here takes a second; half a minute means the host is stuck."""


def run_tool(argv: Sequence[str], *, stdin: str = "", allowed_codes: frozenset[int] = frozenset({0})) -> str:
    """Return the standard output of `argv`. Raises InfrastructureError when it fails or does not end."""
    try:
        done = subprocess.run(argv, input=stdin, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False)
    except FileNotFoundError as error:
        raise InfrastructureError(f"{argv[0]} is not installed.", hint="Run `taller doctor`.") from error
    except subprocess.TimeoutExpired as error:
        raise InfrastructureError(f"{argv[0]} did not end within {TIMEOUT_SECONDS:.0f} s.") from error
    if done.returncode not in allowed_codes:
        words = (done.stderr or done.stdout).strip()[-2000:]
        raise InfrastructureError(f"{argv[0]} failed ({done.returncode}): {words}", command=" ".join(argv))
    return done.stdout
