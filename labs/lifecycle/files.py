"""A lab's directory: the ways into its sandboxes."""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from labs.core.errors import NotFoundError
from labs.core.ids import ScenarioId
from labs.core.ports import CandidateAccess


@dataclass(frozen=True, slots=True)
class LabFiles:
    """`TALLER_HOME/labs/<lab>`, readable by its owner only."""

    directory: Path
    lasting: Path
    """What must be there until the lab is gone, whatever becomes of its sandboxes."""

    @property
    def kubeconfig(self) -> Path:
        """The candidate's; there while the lab is ready."""
        return self.directory / "kubeconfig"

    @property
    def admin_kubeconfig(self) -> Path:
        """The grader's."""
        return self.directory / "admin.kubeconfig"

    @property
    def aws_admin(self) -> Path:
        """The grader's way into the AWS account."""
        return self.directory / "aws-admin.json"

    @property
    def real_account(self) -> Path:
        """What is known of the lab's real account; there from before it is made until it is known to be clean."""
        return self.lasting / "account.json"

    @property
    def aws_environment(self) -> Path:
        """The variables of the candidate's shell, as JSON; there while the lab is ready."""
        return self.directory / "aws-environment.json"

    @property
    def names(self) -> Path:
        """Scenario → names of what was made in the account, as JSON."""
        return self.lasting / "names.json"

    @property
    def grading(self) -> Path:
        """A directory for the turns of gradings."""
        return self.directory / "grading"

    @property
    def shells(self) -> Path:
        """Locked by every open shell: see labs.lifecycle.shells."""
        return self.directory / "shells.lock"

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

    def keep_account(self, *, admin: str, names: Mapping[str, Mapping[str, str]]) -> None:
        """The way into the AWS account, and what its parts are called, are in their files."""
        for directory in (self.directory, self.lasting):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(self.aws_admin, admin)
        _write(self.names, json.dumps({scenario: dict(each) for scenario, each in names.items()}))

    def keep_aws_admin(self, admin: str) -> None:
        """The way into the AWS account is in its file."""
        _write(self.aws_admin, admin)

    def keep_real_account(self, text: str) -> None:
        """What a teardown of the lab's real account needs is in its file."""
        self.lasting.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(self.real_account, text)

    def read_real_account(self) -> str:
        """The reverse of `keep_real_account`. Raises NotFoundError."""
        return _read(self.real_account)

    def keep_environment(self, environment: Mapping[str, str]) -> None:
        """The variables of the candidate's shell are in their file."""
        _write(self.aws_environment, json.dumps(dict(environment)))

    def read_aws_admin(self) -> str:
        """The grader's way into the AWS account. Raises NotFoundError."""
        return _read(self.aws_admin)

    def read_names(self, scenario: ScenarioId) -> Mapping[str, str]:
        """What the parts of a scenario are called in the account; nothing where there is none."""
        if not self.names.exists():
            return {}
        names: dict[str, dict[str, str]] = json.loads(_read(self.names))
        return names.get(scenario, {})

    def read_all_names(self) -> Mapping[str, Mapping[str, str]]:
        """Scenario → what its parts are called in the account; nothing where that was never known."""
        names: dict[str, dict[str, str]] = json.loads(_read(self.names)) if self.names.exists() else {}
        return names

    def read_access(self) -> CandidateAccess:
        """What the candidate's shell is given. Raises NotFoundError when there is nothing, also when it is frozen."""
        if not self.aws_environment.exists():
            return CandidateAccess(self.read_candidate())
        kubeconfig = self.read_candidate() if self.kubeconfig.exists() else ""
        return CandidateAccess(kubeconfig, json.loads(_read(self.aws_environment)))

    def forget_candidate(self) -> None:
        """Nothing of the candidate's access is there."""
        self.kubeconfig.unlink(missing_ok=True)
        self.aws_environment.unlink(missing_ok=True)

    def remove(self) -> None:
        """Nothing of the directories is left."""
        shutil.rmtree(self.directory, ignore_errors=True)
        shutil.rmtree(self.lasting, ignore_errors=True)


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
