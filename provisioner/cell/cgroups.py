"""The cgroups of cells, on hosts with cgroup v1, v2 or both: delegation to the lab's root, counting and removal."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

from labs.core.errors import InfrastructureError

ROOT = Path("/sys/fs/cgroup")
PARENT = "taller"
REMOVE_SECONDS = 10.0
"""Killed processes leave their cgroup within milliseconds; a stuck disk can hold one for longer."""


def is_unified(root: Path = ROOT) -> bool:
    """Whether the host has only cgroup v2."""
    return (root / "cgroup.controllers").exists()


def hierarchies(root: Path = ROOT) -> list[Path]:
    """Where cgroups are mounted: one directory on v2, one per controller on v1 (symbolic links left out)."""
    if is_unified(root):
        return [root]
    return [path for path in sorted(root.iterdir()) if path.is_dir() and not path.is_symlink()]


def counts_swap(root: Path = ROOT) -> bool:
    """Whether memory in swap can be limited: always on v2; on v1 only where the kernel was built or booted so."""
    return is_unified(root) or (root / "memory/memory.memsw.limit_in_bytes").exists()


def groups(lab: str, root: Path = ROOT) -> list[Path]:
    """The existing cgroups of a lab, one per hierarchy."""
    return [path for top in hierarchies(root) if (path := top / PARENT / lab).is_dir()]


def labs_with_groups(root: Path = ROOT) -> set[str]:
    """Names of all cgroups under ours."""
    tops = [top / PARENT for top in hierarchies(root)]
    return {path.name for top in tops if top.is_dir() for path in top.iterdir() if path.is_dir()}


def delegate(lab: str, owner: int, root: Path = ROOT) -> None:
    """Let the lab's root make groups below its own, whose limit files stay the host's."""
    for group in groups(lab, root):
        for path in (group, group / "cgroup.procs", group / "tasks", group / "cgroup.threads"):
            if path.exists():
                os.chown(path, owner, owner)
        control = group / "cgroup.subtree_control"
        if control.exists():
            os.chown(control, owner, owner)


def pids(lab: str, root: Path = ROOT) -> set[int]:
    """Every process of a lab, in all its nested groups."""
    return {pid for group in groups(lab, root) for pid in _members(group)}


def _members(group: Path) -> set[int]:
    found: set[int] = set()
    for directory, _, _ in os.walk(group):  # which minds no directory that ends under its hands
        try:
            found.update(int(pid) for pid in Path(directory, "cgroup.procs").read_text().split())
        except OSError:  # the nested group has just ended
            continue
    return found - {0}


def holds(lab: str, pid: int) -> bool:
    """Whether a process runs in a lab's groups. Raises nothing: a process that ended is in none.

    One that ended and whose parent has not asked how (a zombie) still has its groups, and runs no more.
    """
    try:
        lines = Path(f"/proc/{pid}/cgroup").read_text().splitlines()
        if has_ended(pid):
            return False
    except (FileNotFoundError, ProcessLookupError):
        return False
    return any(f":/{PARENT}/{lab}/" in f"{line}/" for line in lines)


def has_ended(pid: int) -> bool:
    """Whether a process is a zombie. Raises FileNotFoundError or ProcessLookupError when there is none.

    A process of several threads looks like one for a moment while another than its first thread calls execve: the first
    dies and the other takes its pid over (`de_thread` in fs/exec.c of the kernel). Thus labnode becomes systemd.
    """
    is_alone = _is_zombie(pid) and len(list(Path(f"/proc/{pid}/task").iterdir())) == 1
    return is_alone and _is_zombie(pid)  # a pid that was taken over between the looks is none any more


def _is_zombie(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


def make_below(lab: str, name: str, root: Path = ROOT) -> None:
    """There is a group of that name below the lab's. It goes with the lab's."""
    for group in groups(lab, root):
        (group / name).mkdir(exist_ok=True)
        if (group / "cpuset.cpus").exists() and (group / "cgroup.procs").exists() and not is_unified(root):
            for file in ("cpuset.cpus", "cpuset.mems"):  # empty in a new group of v1, which can then hold nothing
                (group / name / file).write_text((group / file).read_text())


def set_frozen(lab: str, *, frozen: bool, root: Path = ROOT) -> None:
    """The lab's processes get no processor time any more, or again. The switch is the host's, not the lab's root's."""
    if is_unified(root):
        switch, value = root / PARENT / lab / "cgroup.freeze", str(int(frozen))
    else:
        switch, value = root / "freezer" / PARENT / lab / "freezer.state", "FROZEN" if frozen else "THAWED"
    if switch.exists():
        switch.write_text(value)


def kill(lab: str, *, below: str, root: Path = ROOT) -> None:
    """Nothing runs in the lab's groups whose names begin with `below`. Raises InfrastructureError on a stuck one."""
    deadline = time.monotonic() + REMOVE_SECONDS
    while found := {pid for group in groups(lab, root) for path in group.glob(f"{below}*") for pid in _members(path)}:
        for pid in found:
            _end(pid)
        if time.monotonic() > deadline:
            raise InfrastructureError(f"Processes {sorted(found)} of lab {lab} do not end.", hint="Try again.")
        time.sleep(0.01)


def remove(lab: str, root: Path = ROOT) -> None:
    """Kill what runs in a lab's groups and remove them. None is fine. Raises InfrastructureError on a stuck process."""
    deadline = time.monotonic() + REMOVE_SECONDS
    set_frozen(lab, frozen=False, root=root)  # what is frozen by cgroup v1 does not even die
    while groups(lab, root):
        for pid in pids(lab, root):
            _end(pid)
        for group in groups(lab, root):
            _remove_tree(group)
        if time.monotonic() > deadline:
            stuck = sorted(pids(lab, root))
            raise InfrastructureError(f"Processes {stuck} of lab {lab} do not end.", hint="Run `taller sweep` again.")
        time.sleep(0.01)
    for top in hierarchies(root):
        _remove_directory(top / PARENT)  # stays while another lab has a group in it


def _end(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _remove_tree(group: Path) -> None:
    for directory, _, _ in os.walk(group, topdown=False):
        _remove_directory(Path(directory))


def _remove_directory(path: Path) -> None:
    try:
        path.rmdir()
    except OSError:  # not there, or still in use: the caller looks again
        return
