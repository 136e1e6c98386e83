"""Both kinds of cgroup trees, imitated by plain directories."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from labs.core.errors import InfrastructureError
from provisioner.cell import cgroups

CONTROLLERS = ("cpu", "memory", "pids")
LAB, OTHER = "ana-1a2b", "eva-3c4d"


def group(path: Path, *, pids: str = "", unified: bool = False) -> None:
    path.mkdir(parents=True)
    (path / "cgroup.procs").write_text(pids)
    (path / ("cgroup.subtree_control" if unified else "tasks")).write_text("")
    (path / ("memory.max" if unified else "memory.limit_in_bytes")).write_text("1")


@pytest.fixture
def v1(tmp_path: Path) -> Path:
    root = tmp_path / "v1"
    for controller in CONTROLLERS:
        group(root / controller / "taller" / LAB, pids="10\n11\n")
        group(root / controller / "taller" / LAB / "kubepods" / "pod1", pids="12\n0\n")
        group(root / controller / "taller" / OTHER, pids="20\n")
    (root / "cpuacct").symlink_to(root / "cpu")
    (root / "README").write_text("no hierarchy")
    return root


@pytest.fixture
def v2(tmp_path: Path) -> Path:
    root = tmp_path / "v2"
    root.mkdir()
    (root / "cgroup.controllers").write_text("cpu memory pids")
    group(root / "taller" / LAB, unified=True)
    group(root / "taller" / LAB / "node", pids="10\n11\n", unified=True)
    group(root / "taller" / LAB / "kubepods" / "pod1", pids="12\n", unified=True)
    group(root / "taller" / OTHER, pids="20\n", unified=True)
    (root / "system.slice").mkdir()
    return root


def test_v1_has_a_tree_per_controller(v1: Path) -> None:
    assert not cgroups.is_unified(v1)
    assert cgroups.hierarchies(v1) == [v1 / name for name in CONTROLLERS], "links name a tree a second time"
    assert cgroups.groups(LAB, v1) == [v1 / name / "taller" / LAB for name in CONTROLLERS]


def test_v2_has_one_tree(v2: Path) -> None:
    assert cgroups.is_unified(v2)
    assert cgroups.hierarchies(v2) == [v2]
    assert cgroups.groups(LAB, v2) == [v2 / "taller" / LAB]


def test_swap_is_limited_where_it_is_counted(v1: Path, v2: Path) -> None:
    assert cgroups.counts_swap(v2)
    assert not cgroups.counts_swap(v1)
    (v1 / "memory" / "memory.memsw.limit_in_bytes").write_text("")
    assert cgroups.counts_swap(v1)


@pytest.mark.parametrize("tree", ["v1", "v2"])
def test_labs_and_their_processes(tree: str, request: pytest.FixtureRequest) -> None:
    root: Path = request.getfixturevalue(tree)
    assert cgroups.labs_with_groups(root) == {LAB, OTHER}
    assert cgroups.pids(LAB, root) == {10, 11, 12}, "nested groups too; 0 is a process we cannot see"
    assert cgroups.pids("nobody-0000", root) == set()
    assert cgroups.groups("nobody-0000", root) == []


@pytest.mark.parametrize("tree", ["v1", "v2"])
def test_delegation_keeps_the_limits_the_hosts(
    tree: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    root: Path = request.getfixturevalue(tree)
    given: dict[Path, tuple[int, int]] = {}
    monkeypatch.setattr(os, "chown", lambda path, uid, gid: given.update({Path(path): (uid, gid)}))
    cgroups.delegate(LAB, 0x20000000, root)
    assert set(given.values()) == {(0x20000000, 0x20000000)}
    inside = {str(path.relative_to(root)).partition(f"taller/{LAB}")[2] for path in given}
    expected = {"", "/cgroup.procs", "/cgroup.subtree_control"} if tree == "v2" else {"", "/cgroup.procs", "/tasks"}
    assert inside == expected
    assert not any(OTHER in str(path) for path in given)


def test_remove_kills_and_removes(v2: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Removing a real group's directory is enough; imitated ones must lose their files when their processes end."""
    killed: list[int] = []

    def kill(pid: int, _signal: int) -> None:
        killed.append(pid)
        if pid == 11:
            raise ProcessLookupError
        for file in (v2 / "taller" / LAB).rglob("*"):
            if file.is_file():
                file.unlink()

    monkeypatch.setattr(os, "kill", kill)
    cgroups.remove(LAB, v2)
    assert set(killed) == {10, 11, 12}
    assert cgroups.labs_with_groups(v2) == {OTHER}
    cgroups.remove(LAB, v2)


def test_our_parent_goes_with_the_last_lab(tmp_path: Path) -> None:
    (tmp_path / "cgroup.controllers").write_text("")
    (tmp_path / "taller" / LAB / "kubepods").mkdir(parents=True)
    cgroups.remove(LAB, tmp_path)
    assert not (tmp_path / "taller").exists()


def test_a_stuck_process_is_told(v2: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "kill", lambda *_: None)
    monkeypatch.setattr(cgroups, "REMOVE_SECONDS", 0.05)
    with pytest.raises(InfrastructureError, match=r"\[10, 11, 12\] of lab ana-1a2b do not end"):
        cgroups.remove(LAB, v2)


def test_who_runs_in_no_lab() -> None:
    assert not cgroups.holds(LAB, os.getpid())
    assert not cgroups.holds(LAB, 2**22 + 1), "nor does a process that is not there"


def test_kill_ends_only_the_groups_of_that_name(v2: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shell = v2 / "taller" / LAB / "shell-1"
    group(shell, pids="30\n", unified=True)
    killed: list[int] = []

    def kill(pid: int, _signal: int) -> None:
        killed.append(pid)
        (shell / "cgroup.procs").write_text("")

    monkeypatch.setattr(os, "kill", kill)
    cgroups.kill(LAB, below="shell-", root=v2)
    assert killed == [30]
    cgroups.kill(LAB, below="shell-", root=v2)
    assert killed == [30]


def test_a_lab_is_frozen_and_goes_on(v1: Path, v2: Path) -> None:
    state, switch = v1 / "freezer" / "taller" / LAB / "freezer.state", v2 / "taller" / LAB / "cgroup.freeze"
    state.parent.mkdir(parents=True)
    state.write_text("THAWED")
    switch.write_text("0")
    for frozen, words in ((True, ("FROZEN", "1")), (False, ("THAWED", "0"))):
        cgroups.set_frozen(LAB, frozen=frozen, root=v1)
        cgroups.set_frozen(LAB, frozen=frozen, root=v2)
        assert (state.read_text(), switch.read_text()) == words
    cgroups.set_frozen("gone-0000", frozen=True, root=v1)
    assert not (v1 / "freezer/taller/gone-0000").exists()


BECOMES_ITSELF = """
import os, sys, threading, time
left = int(sys.argv[1])
if left:
    [threading.Thread(target=time.sleep, args=(60,), daemon=True).start() for _ in range(8)]
    again = [sys.executable, "-S", "-c", sys.orig_argv[-2], str(left - 1)]
    threading.Thread(target=os.execv, args=(sys.executable, again)).start()
    time.sleep(60)
"""


def test_a_process_that_becomes_another_has_not_ended() -> None:
    process = subprocess.Popen([sys.executable, "-S", "-c", BECOMES_ITSELF, "60"])
    deadline = time.monotonic() + 60.0
    looked_like_it = 0
    while not cgroups.has_ended(process.pid):
        looked_like_it += Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
        assert time.monotonic() < deadline
    last = Path(f"/proc/{process.pid}/cmdline").read_bytes()
    assert process.wait() == 0
    assert last == b"", "a zombie has no command line any more"
    assert looked_like_it, "nothing was seen of what this is about"
