"""The disk's layout: names are quoted, everything belongs to the lab's root."""

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.cell import disk
from provisioner.cell.disk import Disk, loop_name, make_disk, root_script


def test_a_sparse_file_with_a_file_system_of_the_labs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[list[str]] = []
    monkeypatch.setattr(disk, "run_tool", said.append)
    make_disk(tmp_path / "disk.ext4", size_mib=512, owner=0x20010000)
    assert (tmp_path / "disk.ext4").stat().st_size == 512 * 1024 * 1024
    assert (tmp_path / "disk.ext4").stat().st_blocks == 0
    assert said[0][0] == "mkfs.ext4"
    assert any("root_owner=536936448:536936448" in word for word in said[0])


def test_the_layout(tmp_path: Path) -> None:
    """The script in a directory, with this user as owner: nothing here needs root."""
    tree = tmp_path / "it's a tree"
    (tree / "sub").mkdir(parents=True)
    (tree / "sub" / "file").write_text("one")
    single = tmp_path / "single $(touch pwned)"
    single.write_text("two")
    root = tmp_path / "root"
    root.mkdir()
    copies = {"etc": tree, "etc/taller.json": single, "var/lib/deep/er": single}
    subprocess.run(["sh", "-ec", root_script(Disk(64, copies), os.getuid())], cwd=root, check=True)
    assert (root / "etc/sub/file").read_text() == "one"
    assert (root / "etc/taller.json").read_text() == (root / "var/lib/deep/er").read_text() == "two"
    assert not list(tmp_path.rglob("pwned"))
    assert (root / "bin").readlink() == Path("usr/bin")
    assert (root / "var/run").readlink() == Path("/run")
    assert (root / "tmp").stat().st_mode & 0o7777 == 0o1777
    assert (root / "root").stat().st_mode & 0o7777 == 0o700
    assert f"chown -hR {os.getuid()}:{os.getuid()} ." in root_script(Disk(64), os.getuid()), "links are not followed"


@given(name=st.text(st.characters(exclude_characters="\0/", exclude_categories=["Cs"]), min_size=1, max_size=20))
def test_any_name_is_one_word(name: str) -> None:
    line = disk._copy(Path("/nowhere") / name, "etc/x")
    words = subprocess.run(
        ["sh", "-c", f"mkdir() {{ :; }}; cp() {{ printf '%s\\0' \"$@\"; }}; {line}"], capture_output=True, check=True
    ).stdout.split(b"\0")
    assert [os.fsdecode(word) for word in words] == [str(Path("/nowhere") / name), "etc/x", ""]


def test_the_loop_devices_name_names_nobody() -> None:
    assert loop_name(Path("/data/taller"), 12) == Path("/data/taller/taller12.ext4")
