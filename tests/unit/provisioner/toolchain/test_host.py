import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from provisioner.toolchain import host
from provisioner.toolchain.table import HostRule, Tool

STATIC = b"\x7fELF\x02\x01" + bytes(26) + (64).to_bytes(8, "little") + bytes(14) + b"\x38\x00\x01\x00" + bytes(6)
DYNAMIC_HEADER = (3).to_bytes(4, "little") + bytes(52)
STATIC_HEADER = (1).to_bytes(4, "little") + bytes(52)

PAIR = Tool(
    name="pair",
    version="2.2.9",
    binaries=("pair", "pair-shim"),
    probe=("--version",),
    host=HostRule(minimum="2.0", below="3.0"),
)


def which_in(directory: Path) -> Callable[[str], str | None]:
    return lambda name: str(directory / name) if (directory / name).exists() else None


def says(text: str) -> host.Run:
    return lambda _: text


def install(directory: Path, *names: str) -> None:
    for name in names:
        (directory / name).write_bytes(STATIC + STATIC_HEADER)


def test_a_suitable_one_is_found(tmp_path: Path) -> None:
    install(tmp_path, "pair", "pair-shim")
    found = host.find(PAIR, run=says("pair v2.1.4 deadbeef"), which=which_in(tmp_path))
    assert found == host.Found(tmp_path, "2.1.4", "")


@pytest.mark.parametrize("version", ["1.7.28", "3.0", "3.1.0"])
def test_other_versions_are_not_used(tmp_path: Path, version: str) -> None:
    install(tmp_path, "pair", "pair-shim")
    found = host.find(PAIR, run=says(version), which=which_in(tmp_path))
    assert found
    assert found.unsuitable == f"version {version}, wanted 2.0 ≤ version < 3.0"


def test_versions_are_compared_as_numbers(tmp_path: Path) -> None:
    install(tmp_path, "pair", "pair-shim")
    rule = PAIR.model_copy(update={"host": HostRule(minimum="2.9", below="2.20")})
    found = host.find(rule, run=says("2.10.1"), which=which_in(tmp_path))
    assert found
    assert not found.unsuitable


def test_all_binaries_must_be_there(tmp_path: Path) -> None:
    install(tmp_path, "pair")
    found = host.find(PAIR, run=says("2.1.0"), which=which_in(tmp_path))
    assert found
    assert found.unsuitable == "pair-shim is missing beside it"


def test_one_that_does_not_run_is_not_used(tmp_path: Path) -> None:
    def hangs(command: Sequence[str]) -> str:
        raise subprocess.TimeoutExpired(command, 5)

    install(tmp_path, "pair", "pair-shim")
    found = host.find(PAIR, run=hangs, which=which_in(tmp_path))
    assert found
    assert "does not run" in found.unsuitable


def test_one_that_keeps_its_version_to_itself_is_not_used(tmp_path: Path) -> None:
    install(tmp_path, "pair", "pair-shim")
    found = host.find(PAIR, run=says("hello"), which=which_in(tmp_path))
    assert found
    assert "does not say its version" in found.unsuitable


def test_a_node_takes_no_binary_that_needs_the_hosts_libraries(tmp_path: Path) -> None:
    install(tmp_path, "pair")
    (tmp_path / "pair-shim").write_bytes(STATIC + DYNAMIC_HEADER)
    static = PAIR.model_copy(update={"static": True})
    found = host.find(static, run=says("2.1.0"), which=which_in(tmp_path))
    assert found
    assert found.unsuitable == "pair-shim needs the host's shared libraries"


def test_a_script_is_not_static(tmp_path: Path) -> None:
    (tmp_path / "script").write_text("#!/bin/sh\n")
    assert not host.is_static(tmp_path / "script")


def test_not_installed_or_not_looked_for_is_none(tmp_path: Path) -> None:
    assert host.find(PAIR, run=says("2.1.0"), which=which_in(tmp_path)) is None
    install(tmp_path, "pair", "pair-shim")
    unlooked = PAIR.model_copy(update={"host": None})
    assert host.find(unlooked, run=says("2.1.0"), which=which_in(tmp_path)) is None


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("v3.250.0", "3.250.0"),
        ("Client Version: v1.32.4-dispatcher\nKustomize Version: v5.5.0", "1.32.4"),
        ("containerd github.com/containerd/containerd v2.1.4 abcdef", "2.1.4"),
        ("runc version 1.3.0\nspec: 1.2.1", "1.3.0"),
        ("none", ""),
    ],
)
def test_first_version(text: str, version: str) -> None:
    assert host.first_version(text) == version
