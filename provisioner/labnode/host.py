"""What the host must have for one more lab, looked at before anything is created."""

import ipaddress
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil

from labs.core.ports import NodeLayout, SandboxSpec
from labs.core.settings import Settings
from provisioner.cell.slots import LINK_PREFIX

LAB_NEEDS_MIB = 700
"""An idle node takes about 400 MiB, three scenarios some 100, and start-up a little more than it keeps."""
WORKER_NEEDS_MIB = 150
"""Of each node more, without its pods."""
SEPARATE_NEEDS_MIB = 500
"""More, where the components of the control plane are processes of their own."""
INOTIFY_PER_LAB = 24
"""Measured: an idle lab holds 20. Counted per lab, whose own root made its user namespace (provisioner.cell.userns)."""


def needs_mib(spec: SandboxSpec) -> int:
    """The memory that must be available before a lab is made."""
    separate = SEPARATE_NEEDS_MIB if spec.layout is NodeLayout.KUBEADM else 0
    return LAB_NEEDS_MIB + WORKER_NEEDS_MIB * (spec.nodes - 1) + separate


def problems(settings: Settings, *, needs_mib: int = LAB_NEEDS_MIB, egress: bool = False) -> Sequence[str]:
    """Why this host cannot run one more lab, each with its remedy; empty when it can."""
    return list(_problems(settings, needs_mib, egress=egress))


def _problems(settings: Settings, needs_mib: int, *, egress: bool) -> Iterator[str]:
    if os.geteuid() != 0:
        yield "Labs need root on the host. Run taller as root (sudo -E taller …)."
        return
    if _number("/proc/sys/user/max_user_namespaces") == 0:
        yield "User namespaces are switched off. Switch them on: sysctl -w user.max_user_namespaces=65536"
    if not Path("/proc/self/ns/cgroup").exists():
        yield "The kernel has no cgroup namespaces. A lab needs Linux 5.19 or newer."
    if not Path("/dev/loop-control").exists():
        yield "There are no loop devices, which labs' disks need. Load the module: modprobe loop"
    free_mib = psutil.virtual_memory().available // 2**20
    if free_mib < needs_mib:
        yield (
            f"{free_mib} MiB of memory are available and one more lab needs {needs_mib}. "
            "Remove a lab (taller down LAB) or add memory."
        )
    yield from _address_problems(settings)
    if 0 <= (limit := _number("/proc/sys/fs/inotify/max_user_instances")) < INOTIFY_PER_LAB:
        yield (
            f"{limit} inotify instances are allowed a user, and a lab needs {INOTIFY_PER_LAB}. "
            "Allow more: sysctl -w fs.inotify.max_user_instances=128"
        )
    if egress and _number("/proc/sys/net/ipv4/ip_forward") != 1:
        yield (
            "A scenario asks for a route out of the lab, and this host does not forward. "
            "Let it: sysctl -w net.ipv4.ip_forward=1"
        )


def _address_problems(settings: Settings) -> Iterator[str]:
    wanted = ipaddress.IPv4Network(settings.address_range)
    for link, network in routes(Path("/proc/net/route").read_text()):
        if network.prefixlen and wanted.overlaps(network) and not link.startswith(LINK_PREFIX):
            yield (
                f"The labs' address range {wanted} is taken: the host routes {network} through {link}. "
                "Choose another range: export TALLER_ADDRESS_RANGE=10.214.0.0/16"
            )


def routes(table: str) -> Iterator[tuple[str, ipaddress.IPv4Network]]:
    """Link and destination of each line of /proc/net/route (addresses there are little-endian hexadecimal)."""
    for line in table.splitlines()[1:]:
        fields = line.split()
        address, mask = (int.from_bytes(bytes.fromhex(fields[column]), "little") for column in (1, 7))
        yield fields[0], ipaddress.IPv4Network((address, mask.bit_count()))


def _number(path: str) -> int:
    try:
        return int(Path(path).read_text())
    except FileNotFoundError:
        return -1
