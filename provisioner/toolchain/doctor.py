"""What a host must have to run labs, as data: each requirement with its state and what to do about it. Reads only."""

import os
import platform
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from labs.core.ports import Limits
from labs.core.settings import settings
from provisioner.account import missing
from provisioner.labnode.host import LAB_NEEDS_MIB
from provisioner.toolchain import packages, tools
from provisioner.toolchain.host import first_version, numbers, run
from provisioner.toolchain.tools import ToolStatus

KERNEL_MINIMUM = "5.12"
"""Idmapped mounts: https://docs.kernel.org/filesystems/idmappings.html"""
KERNEL_FOR_OVERLAY = "5.19"
"""Idmapped layers below overlayfs; without them each lab unpacks the images for itself."""
INOTIFY_INSTANCES_PER_LAB = 64
"""A node holds twenty, pods some more. Counted per lab, whose own root makes its user namespace."""
INOTIFY_WATCHES = 65_536
FREE_MEMORY_MIB = 1024
"""One idle lab takes about 400 MiB; its pods come on top."""
FREE_DISK_MIB = 6144
"""Toolchain 0.5 GiB, Go's build cache 4 GiB while building, one lab."""
PIDS_OF_THE_HOST = 4096
"""What the host itself may want of its process ids, beside those of the labs."""
PIDS_MOST = 4_194_304
"""The kernel allows no more: https://docs.kernel.org/admin-guide/sysctl/kernel.html#pid-max"""
GO_MINIMUM = "1.26"
"""What the modules under toolchain/ ask for."""
LOOP_DEVICES = Path("/dev/loop-control")


class State(StrEnum):
    """Whether labs can run: `missing` says no, `warn` says yes, but."""

    OK = "ok"
    WARN = "warn"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing about the host. `remedy` is empty when the state is ok."""

    name: str
    state: State
    found: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class DoctorReport:
    """Everything `taller doctor` shows."""

    requirements: tuple[Requirement, ...]
    tools: tuple[ToolStatus, ...]

    @property
    def can_run_labs(self) -> bool:
        """Whether nothing of the host is missing; tools that are not there yet can be had."""
        return all(each.state is not State.MISSING for each in self.requirements)

    def as_dict(self) -> dict[str, object]:
        """For `--json`."""
        return {
            "ok": self.can_run_labs,
            "requirements": [asdict(each) | {"state": str(each.state)} for each in self.requirements],
            "tools": [
                asdict(each) | {"source": str(each.source), "path": str(each.path) if each.path else None}
                for each in self.tools
            ],
        }


def go_version() -> str:
    """The version of the Go compiler on PATH; empty when there is none."""
    try:
        return first_version(run(["go", "env", "GOVERSION"]).removeprefix("go"))
    except (OSError, subprocess.SubprocessError):
        return ""


@dataclass(frozen=True, slots=True)
class Host:
    """The host as it is looked at; tests look at a made-up one."""

    root: Path = Path("/")
    """Under which /proc, /sys and /dev are."""
    user: Callable[[], int] = os.geteuid
    kernel: Callable[[], str] = platform.release
    system: Callable[[], str] = platform.system
    free_disk_mib: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free >> 20
    missing_packages: Callable[[], list[packages.Package]] = packages.missing
    go_version: Callable[[], str] = go_version

    def text(self, path: str) -> str:
        """A small file's content, stripped; empty when it cannot be read."""
        try:
            return (self.root / path).read_text(encoding="utf-8").strip()
        except OSError:
            return ""

    def number(self, path: str) -> int | None:
        """A file's content as a number; None when it is not there."""
        text = self.text(path)
        return int(text) if text.isdigit() else None


def doctor_report() -> DoctorReport:
    """The state of this host and of every tool. Changes nothing, needs no network."""
    return DoctorReport((*requirements(Host()), real_account(missing.problems())), tuple(tools.report()))


def real_account(problems: Sequence[str]) -> Requirement:
    """Whether labs could be made in a real AWS account. A warning only: without one, AWS is emulated."""
    if problems:
        return Requirement("real AWS account", State.WARN, "not from here (AWS is emulated)", " ".join(problems))
    return Requirement("real AWS account", State.OK, "provider and credentials are there")


def requirements(host: Host) -> tuple[Requirement, ...]:
    """Every requirement, in the order in which one would mend them."""
    return tuple(
        look(host)
        for look in (
            _system,
            _root,
            _user_namespaces,
            _cgroups,
            _instances,
            _watches,
            _memory,
            _pids,
            _disk,
            _loop,
            _commands,
            _go,
        )
    )


def _system(host: Host) -> Requirement:
    release = host.kernel()
    found = f"{host.system()} {release}"
    version = numbers(".".join(release.split("-")[0].split("+")[0].split(".")[:2]))
    if host.system() != "Linux" or version < numbers(KERNEL_MINIMUM):
        return Requirement("kernel", State.MISSING, found, f"Labs need Linux {KERNEL_MINIMUM} or later.")
    if version < numbers(KERNEL_FOR_OVERLAY):
        remedy = f"Linux {KERNEL_FOR_OVERLAY} or later lets labs share unpacked images."
        return Requirement("kernel", State.WARN, found, remedy)
    return Requirement("kernel", State.OK, found)


def _root(host: Host) -> Requirement:
    if host.user() == 0:
        return Requirement("root", State.OK, "root")
    return Requirement("root", State.MISSING, f"uid {host.user()}", "Run as root: sudo taller …")


def _user_namespaces(host: Host) -> Requirement:
    most = host.number("proc/sys/user/max_user_namespaces")
    if not (host.root / "proc/self/ns/user").exists() or most is None:
        return Requirement(
            "user namespaces", State.MISSING, "not in this kernel", "Use a kernel built with CONFIG_USER_NS."
        )
    if most == 0:
        return Requirement("user namespaces", State.MISSING, "switched off", "sysctl -w user.max_user_namespaces=15000")
    return Requirement("user namespaces", State.OK, f"at most {most}")


def _cgroups(host: Host) -> Requirement:
    if (host.root / "sys/fs/cgroup/cgroup.controllers").exists():
        absent = {"cpu", "memory", "pids"} - set(host.text("sys/fs/cgroup/cgroup.controllers").split())
        if absent:
            remedy = "Boot with these controllers enabled, or delegate them to this container."
            return Requirement("cgroups", State.MISSING, f"version 2 without {', '.join(sorted(absent))}", remedy)
        return Requirement("cgroups", State.OK, "version 2")
    absent = {name for name in ("cpu", "memory", "pids") if not (host.root / "sys/fs/cgroup" / name).is_dir()}
    if absent:
        remedy = "Mount the cgroup file systems below /sys/fs/cgroup."
        return Requirement("cgroups", State.MISSING, f"no {', '.join(sorted(absent))} controller", remedy)
    return Requirement("cgroups", State.OK, "version 1")


def _instances(host: Host) -> Requirement:
    return _limit(host, "inotify instances", "fs.inotify.max_user_instances", INOTIFY_INSTANCES_PER_LAB)


def _watches(host: Host) -> Requirement:
    return _limit(host, "inotify watches", "fs.inotify.max_user_watches", INOTIFY_WATCHES)


def _limit(host: Host, name: str, sysctl: str, wanted: int) -> Requirement:
    """A limit per user; each lab's root is a user of its own."""
    found = host.number(f"proc/sys/{sysctl.replace('.', '/')}")
    if found is None:
        return Requirement(name, State.WARN, "unknown", f"Could not read {sysctl}.")
    if found < wanted:
        remedy = f"sysctl -w {sysctl}={wanted}"
        return Requirement(name, State.WARN, str(found), remedy)
    return Requirement(name, State.OK, str(found))


def _memory(host: Host) -> Requirement:
    available = _available_mib(host)
    if available < FREE_MEMORY_MIB:
        remedy = f"Free memory until {FREE_MEMORY_MIB} MiB are available, or remove labs: taller down LAB"
        return Requirement("free memory", State.MISSING, f"{available} MiB", remedy)
    return Requirement("free memory", State.OK, f"{available} MiB")


def _pids(host: Host) -> Requirement:
    """Process ids are the host's: labs that use up theirs must not leave the others, and the host, without."""
    labs = max(1, _available_mib(host) // LAB_NEEDS_MIB)
    wanted = min(PIDS_MOST, labs * Limits().pids + PIDS_OF_THE_HOST)
    found = host.number("proc/sys/kernel/pid_max")
    if found is None:
        return Requirement("process ids", State.WARN, "unknown", "Could not read kernel.pid_max.")
    if found < wanted:
        fit = max(0, found - PIDS_OF_THE_HOST) // Limits().pids
        remedy = f"sysctl -w kernel.pid_max={wanted}  (memory is there for {labs} labs)"
        return Requirement("process ids", State.WARN, f"{found}, enough for {fit} labs", remedy)
    return Requirement("process ids", State.OK, str(found))


def _available_mib(host: Host) -> int:
    fields = dict(line.split(":", 1) for line in host.text("proc/meminfo").splitlines() if ":" in line)
    return int(fields.get("MemAvailable", "0 kB").split()[0]) >> 10


def _disk(host: Host) -> Requirement:
    places = {name: _existing(path) for name, path in {"cache": settings().cache, "home": settings().home}.items()}
    free = {name: host.free_disk_mib(path) for name, path in places.items()}
    found = ", ".join(f"{name} {mib} MiB" for name, mib in free.items())
    if min(free.values()) < FREE_DISK_MIB:
        remedy = f"Free {FREE_DISK_MIB} MiB, or set TALLER_CACHE and TALLER_HOME to a roomier disk."
        return Requirement("free disk", State.WARN, found, remedy)
    return Requirement("free disk", State.OK, found)


def _existing(path: Path) -> Path:
    return next(each for each in (path, *path.parents) if each.exists())


def _loop(host: Host) -> Requirement:
    if (host.root / LOOP_DEVICES.relative_to("/")).exists():
        return Requirement("loop devices", State.OK, str(LOOP_DEVICES))
    remedy = "modprobe loop  (without it a lab's disk cannot be limited)"
    return Requirement("loop devices", State.WARN, f"no {LOOP_DEVICES}", remedy)


def _commands(host: Host) -> Requirement:
    """A warning only: most are for building tools, which may be there already."""
    absent = host.missing_packages()
    if absent:
        names = " ".join(each.name for each in absent)
        return Requirement("packages", State.WARN, f"without {names}", f"apt-get install {names}  (or: make setup)")
    return Requirement("packages", State.OK, "all there")


def _go(host: Host) -> Requirement:
    """A warning only: tools that are there already need no compiler."""
    version = host.go_version()
    if not version or numbers(version) < numbers(GO_MINIMUM):
        remedy = f"Install Go {GO_MINIMUM} or later, to build the tools that cannot be downloaded."
        return Requirement("go", State.WARN, version or "not on PATH", remedy)
    return Requirement("go", State.OK, version)


__all__ = ["DoctorReport", "Host", "Requirement", "State", "ToolStatus", "doctor_report", "requirements"]
