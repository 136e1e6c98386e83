import hashlib
import io
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from labs.core.errors import ToolchainError
from provisioner.toolchain import fetch
from provisioner.toolchain.table import Release

PROGRAM = b"#!/bin/sh\necho 1.0\n"


def archive() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        entry = tarfile.TarInfo("bin/tool")
        entry.size = len(PROGRAM)
        tar.addfile(entry, io.BytesIO(PROGRAM))
    return out.getvalue()


def release(data: bytes, *, member: str = "bin/tool") -> Release:
    return Release(url="https://vendor.test/t", members={"tool": member}, sha256=hashlib.sha256(data).hexdigest())


class Vendor:
    """A vendor's site: answers with bytes, or refuses."""

    def __init__(self, answer: bytes | OSError) -> None:
        self.answer = answer
        self.asked = 0

    def __call__(self, _: str) -> Iterator[bytes]:
        self.asked += 1
        if isinstance(self.answer, OSError):
            raise self.answer
        yield self.answer


def silent(_: str) -> None:
    return


def test_a_checksummed_archive_is_unpacked(tmp_path: Path) -> None:
    fetch.fetch(release(archive()), tmp_path, told=silent, open_url=Vendor(archive()))
    assert (tmp_path / "tool").read_bytes() == PROGRAM
    assert (tmp_path / "tool").stat().st_mode & 0o777 == 0o755


def test_a_bare_binary_is_taken_as_it_is(tmp_path: Path) -> None:
    fetch.fetch(release(PROGRAM, member=""), tmp_path, told=silent, open_url=Vendor(PROGRAM))
    assert (tmp_path / "tool").read_bytes() == PROGRAM


def test_a_wrong_checksum_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ToolchainError, match="not used"):
        fetch.fetch(release(archive()), tmp_path, told=silent, open_url=Vendor(archive() + b"x"))
    assert not list(tmp_path.iterdir())


def test_a_missing_member_is_named(tmp_path: Path) -> None:
    with pytest.raises(ToolchainError, match="holds no other"):
        fetch.fetch(release(archive(), member="other"), tmp_path, told=silent, open_url=Vendor(archive()))


def test_a_disabled_release_is_not_asked_for(tmp_path: Path) -> None:
    vendor = Vendor(PROGRAM)
    disabled = Release(url="https://vendor.test/t", members={"tool": ""}, disabled="nobody verified it")
    with pytest.raises(ToolchainError, match="nobody verified it"):
        fetch.fetch(disabled, tmp_path, told=silent, open_url=vendor)
    assert vendor.asked == 0


def test_a_host_that_refuses_is_asked_once(tmp_path: Path) -> None:
    vendor = Vendor(OSError("no route"))
    for _ in range(3):
        with pytest.raises(ToolchainError, match="no route"):
            fetch.fetch(release(PROGRAM), tmp_path, told=silent, open_url=vendor)
    assert vendor.asked == 1


def test_a_huge_answer_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "LARGEST_MIB", 0)
    with pytest.raises(ToolchainError, match="larger"):
        fetch.fetch(release(PROGRAM), tmp_path, told=silent, open_url=Vendor(PROGRAM))
