"""A lab's directory: its kubeconfigs."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from labs.core.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class LabFiles:
    """`TALLER_HOME/labs/<lab>`, readable by its owner only."""

    directory: Path

    @property
    def kubeconfig(self) -> Path:
        """The candidate's; there while the lab is ready."""
        return self.directory / "kubeconfig"

    @property
    def admin_kubeconfig(self) -> Path:
        """The grader's."""
        return self.directory / "admin.kubeconfig"

    @property
    def grading(self) -> Path:
        """A directory for the turns of gradings."""
        return self.directory / "grading"

    def keep(self, *, admin: str, candidate: str = "") -> None:
        """The kubeconfigs are in their files; the candidate's only when it is given."""
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(self.admin_kubeconfig, admin)
        if candidate:
            _write(self.kubeconfig, candidate)

    def read_admin(self) -> str:
        """The grader's kubeconfig. Raises NotFoundError."""
        return _read(self.admin_kubeconfig)

    def read_candidate(self) -> str:
        """The candidate's kubeconfig. Raises NotFoundError, also when the lab is frozen."""
        return _read(self.kubeconfig)

    def forget_candidate(self) -> None:
        """The candidate's kubeconfig is not there."""
        self.kubeconfig.unlink(missing_ok=True)

    def remove(self) -> None:
        """Nothing of the directory is left."""
        shutil.rmtree(self.directory, ignore_errors=True)


def _write(path: Path, text: str) -> None:
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    part.replace(path)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise NotFoundError(f"{path.name} of lab {path.parent.name} is not there.", lab=path.parent.name) from error
