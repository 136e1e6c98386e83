"""Where stacks are kept, and the environment in which the Pulumi CLI runs."""

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from provisioner.account import missing

PROJECT = "taller"


@dataclass(frozen=True, slots=True)
class Backend:
    """Pulumi's state of one TALLER_HOME."""

    home: Path
    """`TALLER_HOME/pulumi`."""
    find_cli: Callable[[], Path]
    """Finds the pulumi binary when it is run: a stack of files is forgotten without it."""
    url: str = ""
    """PULUMI_BACKEND_URL where several hosts share labs; empty: files below `home`."""

    @property
    def is_local(self) -> bool:
        """Whether stacks are files below `home`."""
        return not self.url

    @property
    def stack_files(self) -> Path:
        """Where the file backend keeps the project's stacks."""
        return self.home / ".pulumi" / "stacks" / PROJECT

    def locks(self, stack: str) -> Path:
        """Where the file backend keeps a stack's locks."""
        return self.home / ".pulumi" / "locks" / "organization" / PROJECT / stack

    def work_directory(self, stack: str) -> Path:
        """Pulumi.yaml, the stack's settings (the salt of its secrets), Pulumi's logs: gone with the lab."""
        return self.home / "work" / stack

    def prepare(self, stack: str) -> None:
        """Directories, passphrase and project file are there. Idempotent; safe when two processes do it at once."""
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        directory = self.work_directory(stack)
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._passphrase_file()
        project = {"name": PROJECT, "runtime": "python", "description": "One candidate's lab"}
        (directory / "Pulumi.yaml").write_text(yaml.safe_dump(project), encoding="utf-8")

    def environment(self, *, stack: str, debug_port: int | None = None) -> Mapping[str, str]:
        """Return the CLI's environment: nothing is asked of the network, TALLER_LAB and _HOME mark it as the lab's."""
        ours = {
            "PULUMI_BACKEND_URL": self.url or f"file://{self.home}",
            "PULUMI_CONFIG_PASSPHRASE_FILE": str(self._passphrase_file()),
            "PULUMI_HOME": str(self.work_directory(stack) / "home"),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_AUTOMATION_API": "true",
            "PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS": "true",
            "PULUMI_SKIP_CONFIRMATIONS": "true",
            "NO_PROXY": "127.0.0.1,localhost",
            "TALLER_LAB": stack,
            "TALLER_HOME": str(self.home.parent),
        }
        if debug_port is not None:
            ours["PULUMI_DEBUG_PROVIDERS"] = f"{PROJECT}:{debug_port}"
        if provider := missing.plugin():
            # PULUMI_HOME is the lab's own: Pulumi finds AWS's provider on PATH only.
            ours["PATH"] = f"{os.environ.get('PATH', os.defpath)}{os.pathsep}{provider.parent}"
        kept = {k: v for k, v in os.environ.items() if k not in {"PULUMI_CONFIG_PASSPHRASE", "PULUMI_ACCESS_TOKEN"}}
        return {**kept, **ours}

    def _passphrase_file(self) -> Path:
        path = self.home / "passphrase"
        if not path.exists():
            fresh = self.home / f"passphrase.{os.getpid()}.{secrets.token_hex(4)}"
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(secrets.token_urlsafe(32))
            try:
                os.link(fresh, path)  # the first process wins; a half-written file is never seen
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
        return path
