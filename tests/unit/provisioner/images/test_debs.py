import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from labs.core.errors import HostError, ToolchainError
from provisioner.images import debs


class Apt:
    """An apt whose answers are given in advance."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.refreshed = 0
        self.commands: list[Sequence[str]] = []

    def run(self, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        self.commands.append(command)
        return subprocess.CompletedProcess(command, self.statuses.pop(0), "", "E: no such package")

    def refresh(self) -> None:
        self.refreshed += 1


def test_the_set_is_resolved_against_an_empty_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    apt = Apt(0)
    monkeypatch.setattr(debs, "_apt", apt.run)
    (tmp_path / "b.deb").touch()
    assert debs.download(["bash"], tmp_path, refresh=apt.refresh) == [tmp_path / "b.deb"]
    assert f"Dir::State::status={tmp_path}/status" in apt.commands[0]
    assert (tmp_path / "status").read_text() == ""
    assert apt.refreshed == 0


def test_old_lists_are_refreshed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    apt = Apt(100, 0)
    monkeypatch.setattr(debs, "_apt", apt.run)
    debs.download(["bash"], tmp_path, refresh=apt.refresh)
    assert apt.refreshed == 1


def test_a_package_nobody_has_is_an_error_with_apts_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    apt = Apt(100, 100)
    monkeypatch.setattr(debs, "_apt", apt.run)
    with pytest.raises(ToolchainError, match="no such package"):
        debs.download(["frobnicate"], tmp_path, refresh=apt.refresh)


def test_without_apt_the_system_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    with pytest.raises(HostError) as caught:
        debs.download(["bash"], tmp_path, refresh=lambda: None)
    assert "Debian" in caught.value.hint
