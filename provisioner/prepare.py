"""Everything a lab is made of is on this host: tools, the node's root file system, images (unpacked).

`python -m provisioner.prepare` (make toolchain) does it with progress on stderr; a second run takes a second.
"""

import sys
import time

from labs.core.errors import TallerError
from provisioner.images import noderoot, unpacked
from provisioner.toolchain import tools
from provisioner.toolchain.progress import Progress, Silent, progress_on_stderr


def prepare(progress: Progress | None = None) -> None:
    """All tools, the node's root and the unpacked images are there. Idempotent, safe side by side, resumable.

    Raises ToolchainError (something could not be fetched or built) and HostError (no apt).
    """
    told = progress or Silent()
    tools.ensure((), told)
    noderoot.ensure(told)
    unpacked.ensure(told)


def main() -> int:
    """Run the module as a command."""
    begun = time.monotonic()
    try:
        with progress_on_stderr() as progress:
            prepare(progress)
    except TallerError as error:
        sys.stderr.write(f"{error.message}\n{error.hint}\n")
        return error.exit_code
    sys.stderr.write(f"Everything a lab needs is there ({time.monotonic() - begun:.0f} s).\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
