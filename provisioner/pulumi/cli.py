"""Running the Pulumi CLI."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from provisioner.pulumi.backend import Backend
from provisioner.pulumi.errors import StackError

_OUTPUT_TAIL_CHARACTERS = 4000


@dataclass(frozen=True, slots=True)
class PulumiCli:
    """The Pulumi CLI on one stack."""

    backend: Backend
    stack: str

    def run(self, *arguments: str, debug_port: int | None = None) -> str:
        """Return the command's stdout. Raises StackError when it fails.

        The command dies with us, even if we are killed: a Pulumi without its provider would only wait.
        """
        command = [*_dying_with_us(), str(self.backend.find_cli()), "--non-interactive", "--color=never", *arguments]
        environment = dict(self.backend.environment(stack=self.stack, debug_port=debug_port))
        directory = self.backend.work_directory(self.stack)
        try:
            done = subprocess.run(
                [*command, "--stack", self.stack],
                cwd=directory,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
            )
        except OSError as error:
            raise StackError(f"Pulumi cannot be run: {error}", hint="`taller doctor` shows the toolchain.") from error
        if done.returncode != 0:
            said = f"{done.stdout}\n{done.stderr}".strip()[-_OUTPUT_TAIL_CHARACTERS:]
            raise StackError(
                f"`pulumi {arguments[0]}` of lab {self.stack} failed (exit code {done.returncode}).",
                lab=self.stack,
                output=said,
            )
        return done.stdout


def _dying_with_us() -> Sequence[str]:
    """A prefix from util-linux; `preexec_fn` would fork a process that has gRPC threads."""
    setpriv = shutil.which("setpriv", path=os.defpath)
    return [setpriv, "--pdeathsig", "KILL", "--"] if setpriv else []
