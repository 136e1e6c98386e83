"""The OCI runtime configuration of a cell. runc turns it into namespaces, mounts and limits.

Source of the format: https://github.com/opencontainers/runtime-spec/blob/main/config-linux.md
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from labs.core.ports import Limits
from provisioner.cell import cgroups
from provisioner.cell.seccomp import seccomp_filter
from provisioner.cell.slots import IDS_PER_LAB

CAPABILITIES = tuple(
    f"CAP_{name}"
    for name in (
        "AUDIT_WRITE CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID IPC_LOCK IPC_OWNER KILL LEASE LINUX_IMMUTABLE "
        "MKNOD NET_ADMIN NET_BIND_SERVICE NET_BROADCAST NET_RAW SETFCAP SETGID SETPCAP SETUID SYS_ADMIN SYS_CHROOT "
        "SYS_NICE SYS_PTRACE SYS_RESOURCE"
    ).split()
)
"""What the root of a node needs, all of it inside the cell's user namespace only."""

SHELL_PREFIX = "shell-"
"""How the cgroups of candidates' shells, below their lab's, begin."""

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True, slots=True)
class CellSpec:
    """What a cell is made of."""

    args: Sequence[str]
    root: Path
    """Root directory on the host, owned by the cell's root."""
    first_id: int
    cgroup: str
    """Path below the cgroup root, e.g. /taller/LAB."""
    hostname: str
    limits: Limits | None
    """None: no limits of its own; an enclosing group has them."""
    read_only_mounts: Mapping[str, Path] = field(default_factory=dict)
    """Place in the cell → host directory, mounted read-only and idmapped: the host's root is shown as the cell's."""
    writable_mounts: Mapping[str, Path] = field(default_factory=dict)
    """The same, writable: ids on the disk are the cell's own."""
    namespaces: Mapping[str, str] = field(default_factory=dict)
    """Kind → path of an existing namespace to join instead of a fresh one (network, user)."""
    env: Sequence[str] = ()
    terminal: bool = False
    unprivileged_user: int = 0
    """uid to run as; anything but 0 also means no capabilities, no way to gain them, and a read-only root."""
    cwd: str = "/"
    keeps_record: bool = False
    """The first process is given a file to record in; see provisioner.cell.record."""


def oci_config(spec: CellSpec) -> dict[str, Any]:
    """Return the content of the bundle's config.json."""
    mapping = [{"containerID": 0, "hostID": spec.first_id, "size": IDS_PER_LAB}]
    joins_user = "user" in spec.namespaces
    linux: dict[str, Any] = {
        "namespaces": [
            {"type": kind, **({"path": spec.namespaces[kind]} if kind in spec.namespaces else {})}
            for kind in ("user", "mount", "pid", "network", "uts", "ipc", "cgroup")
        ],
        "cgroupsPath": spec.cgroup,
        "resources": _resources(spec.limits) if spec.limits else {},
        "rootfsPropagation": "shared",
        # No masked paths: they would hide parts of /proc, and then pods could not mount a /proc of their own.
        "maskedPaths": [],
        "readonlyPaths": [],
    }
    if refused := seccomp_filter():
        linux["seccomp"] = refused
    if not joins_user:
        linux |= {"uidMappings": mapping, "gidMappings": mapping}
    return {
        "ociVersion": "1.2.0",
        "process": _process(spec),
        "root": {"path": str(spec.root), "readonly": bool(spec.unprivileged_user)},
        "hostname": spec.hostname,
        "mounts": _mounts(spec, mapping),
        "linux": linux,
    }


def _process(spec: CellSpec) -> dict[str, Any]:
    capabilities = [] if spec.unprivileged_user else list(CAPABILITIES)
    return {
        "terminal": spec.terminal,
        "user": {"uid": spec.unprivileged_user, "gid": spec.unprivileged_user},
        "args": list(spec.args),
        "env": [f"PATH={PATH}", *spec.env],
        "cwd": spec.cwd,
        "capabilities": dict.fromkeys(("bounding", "effective", "permitted"), capabilities),
        "noNewPrivileges": bool(spec.unprivileged_user),
    }


def _mounts(spec: CellSpec, mapping: list[dict[str, int]]) -> list[dict[str, Any]]:
    fixed = [
        ("/proc", "proc", "proc", ["nosuid", "noexec", "nodev"]),
        ("/dev", "tmpfs", "tmpfs", ["nosuid", "strictatime", "mode=755", "size=64k"]),
        ("/dev/pts", "devpts", "devpts", ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]),
        ("/dev/shm", "tmpfs", "shm", ["nosuid", "noexec", "nodev", "mode=1777", "size=64m"]),  # noqa: S108 in the cell
        ("/dev/mqueue", "mqueue", "mqueue", ["nosuid", "noexec", "nodev"]),
        ("/run", "tmpfs", "tmpfs", ["nosuid", "nodev", "mode=755", "size=64m"]),
    ]
    if spec.unprivileged_user:
        fixed += [("/home", "tmpfs", "tmpfs", ["nosuid", "nodev", "mode=1777", "size=64m", "tmpcopyup"])]
        fixed += [("/tmp", "tmpfs", "tmpfs", ["nosuid", "nodev", "mode=1777", "size=64m"])]  # noqa: S108 in the cell
    else:
        fixed += [
            ("/sys", "sysfs", "sysfs", ["nosuid", "noexec", "nodev"]),
            ("/sys/fs/cgroup", "cgroup", "cgroup", ["nosuid", "noexec", "nodev", "relatime"]),
        ]
    mounts: list[dict[str, Any]] = [
        {"destination": place, "type": kind, "source": source, "options": options}
        for place, kind, source, options in fixed
    ]
    mounts += [
        {
            "destination": place,
            "type": "bind",
            "source": str(source),
            "options": ["rbind", *options, "nodev", "idmap"],
            "uidMappings": mapping,
            "gidMappings": mapping,
        }
        for options, places in ((["ro"], spec.read_only_mounts), (["nosuid"], spec.writable_mounts))
        for place, source in places.items()
    ]
    return mounts


def _resources(limits: Limits) -> dict[str, Any]:
    period_microseconds = 100_000
    memory = limits.memory_mib * 2**20
    return {
        # The second number is memory and swap together: a lab has no swap of the host's.
        "memory": {"limit": memory, **({"swap": memory} if cgroups.counts_swap() else {})},
        "cpu": {"quota": int(limits.cpu_cores * period_microseconds), "period": period_microseconds, "shares": 1024},
        "pids": {"limit": limits.pids},
    }
