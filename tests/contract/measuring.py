"""What tests of isolation look at: who answers whom, and what is left to the host's root."""

import ctypes
import os
import subprocess
from pathlib import Path

import psutil

from tests.contract.labs import PROGRAM, Target

DIAL_SECONDS = 1.0


def host_addresses() -> list[str]:
    """The host's own IPv4 addresses on links that are not labs'."""
    found = psutil.net_if_addrs()
    return [
        address.address
        for link, addresses in found.items()
        for address in addresses
        if address.family.name == "AF_INET" and link != "lo" and not link.startswith("taller")
    ]


def dial(target: Target, *places: str) -> dict[str, str]:
    """What becomes of a connection from the lab to each place, all tried at once."""
    script = "\n".join(f'(echo "{place} $({PROGRAM} dial {place} {DIAL_SECONDS})") &' for place in places)
    lines = target.says(f"{script}\nwait").splitlines()
    return dict(line.split(" ", 1) for line in lines)


def dial_from_host(program: Path, place: str) -> str:
    return subprocess.run([program, "dial", place, "2"], capture_output=True, text=True, check=True).stdout.strip()


def inotify_instances_left(limit: int) -> int:
    library = ctypes.CDLL(None)
    taken: list[int] = []
    while len(taken) < limit and (descriptor := library.inotify_init()) >= 0:
        taken.append(descriptor)
    for descriptor in taken:
        os.close(descriptor)
    return len(taken)
