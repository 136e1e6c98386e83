import os
import shutil
from collections.abc import Sequence

import pytest

from labs.core.errors import HostError
from provisioner.toolchain import packages
from provisioner.toolchain.packages import PACKAGES, Package

GCC = Package("gcc", "gcc", "compiles")


class Apt:
    """A host where `install` works, or does not, and whose `update` always fails."""

    def __init__(self, *, works: bool) -> None:
        self.works = works
        self.commands: list[str] = []
        self.installed = False

    def run(self, command: Sequence[str]) -> int:
        words = [word for word in command if word in {"update", "install"}]
        self.commands += words
        if "install" in words:
            self.installed = self.works
            return 0 if self.works else 100
        return 100

    def missing(self) -> list[Package]:
        return [] if self.installed else [GCC]


@pytest.fixture(autouse=True)
def root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", lambda name, path=None: f"{path or '/usr/bin'}/{name}")


def test_a_source_that_fails_to_update_is_tolerated() -> None:
    apt = Apt(works=True)
    assert packages.install(run=apt.run, find_missing=apt.missing) == [GCC]
    assert apt.commands == ["update", "install"]


def test_nothing_missing_asks_nobody() -> None:
    apt = Apt(works=True)
    apt.installed = True
    assert packages.install(run=apt.run, find_missing=apt.missing) == []
    assert not apt.commands


def test_what_cannot_be_installed_is_named() -> None:
    apt = Apt(works=False)
    with pytest.raises(HostError, match="could not install gcc"):
        packages.install(run=apt.run, find_missing=apt.missing)


def test_without_root_the_command_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    apt = Apt(works=True)
    with pytest.raises(HostError) as caught:
        packages.install(run=apt.run, find_missing=apt.missing)
    assert caught.value.hint == "sudo apt-get install gcc"
    assert not apt.commands


def test_missing_looks_at_commands_and_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name, path=None: path if name == "gcc" else None)
    wanted = [GCC, Package("x", "no-such-command", ""), Package("y", "/no/such/header.h", "")]
    assert [each.name for each in packages.missing(wanted)] == ["x", "y"]


def test_every_package_says_what_it_is_for() -> None:
    assert all(each.reason for each in PACKAGES)
