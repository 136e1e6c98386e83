"""What of Taller's is on this host, by lab: read from the host itself, so that lost registries lose nothing.

Each kind of thing has a name or an owner that only ours has: links and nftables tables `taller<slot>`, cgroups and
directories under a `taller` parent, user ids of our ranges, disks of ours behind loop devices, TALLER_LAB in the
environment of the helpers that `taller` starts.
"""

import os
import re
import shlex
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from labs.core.settings import Settings, settings
from provisioner.cell import cgroups
from provisioner.cell.slots import IDS_PER_LAB, LINK_PREFIX, Slot, Slots, lab_of_cell, unknown_lab, unknown_slot

REMEDY = "taller sweep"
_DISK = re.compile(rf"(.*)/{LINK_PREFIX}(\d+)\.ext4(?: \(deleted\))?")
"""See provisioner.cell.disk.loop_name."""
_OURS = re.compile(rf"{LINK_PREFIX}(\d+)")


@dataclass(frozen=True, slots=True)
class Leftover:
    """One thing of a lab on the host, and the command that removes it."""

    lab: str
    kind: str
    """process, mount, link, cgroup, nft table, directory, loop device, slot"""
    name: str
    remedy: str = REMEDY
    home: str = ""
    """TALLER_HOME of the lab, where it can be told: another home's labs are not ours to sweep."""


def host_inventory(config: Settings | None = None) -> Sequence[Leftover]:
    """Everything of Taller's on this host; empty when no lab lives. Reads the host, never a registry. Needs root."""
    config = config or settings()
    slots = Slots(config).all()
    by_number = {slot.number: slot for slot in slots}
    found = [
        *(Leftover(slot.lab, "slot", str(slot.number)) for slot in slots),
        *_processes(config, by_number),
        *_mounts(config),
        *_loop_devices(by_number),
        *_numbered("link", (path.name for path in Path("/sys/class/net").iterdir()), by_number),
        *_numbered("nft table", _tables(), by_number),
        *(Leftover(lab, "cgroup", f"/{cgroups.PARENT}/{lab}") for lab in sorted(cgroups.labs_with_groups())),
        *_directories(config),
    ]
    return _attributed(found, before=slots, after=Slots(config).all(), ours=config.home)


def _attributed(
    found: Sequence[Leftover], *, before: Sequence[Slot], after: Sequence[Slot], ours: Path
) -> Sequence[Leftover]:
    """What was found, each under its lab's name and home.

    A lab has its slot before anything else of it is there. One that was made while we looked is therefore among
    `after`: it would be taken for an orphan, and be removed, by who knew only what was there `before`.
    """
    labs = {slot.number: slot.lab for slot in (*before, *after)}
    homes = {lab_of_cell(slot.lab): str(slot.home) for slot in (*before, *after)}
    attributed: list[Leftover] = []
    for each in found:
        number = unknown_slot(each.lab)
        lab = lab_of_cell(each.lab if number is None else labs.get(number, each.lab))
        home = each.home or homes.get(lab, "")
        attributed.append(Leftover(lab, each.kind, each.name, _remedy(home, ours), home))
    return attributed


def _remedy(home: str, ours: Path) -> str:
    """A sweep leaves alone what belongs to another home, unless that is gone."""
    if not home or Path(home) == ours or not Path(home).is_dir():
        return REMEDY
    return f"TALLER_HOME={shlex.quote(home)} {REMEDY}"


def _processes(config: Settings, by_number: dict[int, Slot]) -> Iterator[Leftover]:
    first, end = config.first_host_id, config.first_host_id + config.max_labs * IDS_PER_LAB
    for process in Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        try:
            owner = process.stat().st_uid
            command = (process / "comm").read_text().strip()
            if (process / "stat").read_text().rpartition(")")[2].split()[0] == "Z":
                continue  # dead; only its parent's answer is missing
            if first <= owner < end:
                lab = _lab_of((owner - first) // IDS_PER_LAB, by_number)
                yield Leftover(lab, "process", f"{process.name} {command}")
            elif owner == 0 and (marks := _marks_in_environment(process)):
                yield Leftover(marks[0], "process", f"{process.name} {command}", home=marks[1])
        except (FileNotFoundError, ProcessLookupError, PermissionError):  # it ended while we looked, or is not ours
            continue


def _marks_in_environment(process: Path) -> tuple[str, str] | None:
    """The lab and the TALLER_HOME (where it is told) of a helper that `taller` started."""
    if int(process.name) == os.getpid():
        return None
    entries = dict(entry.partition(b"=")[::2] for entry in (process / "environ").read_bytes().split(b"\0"))
    lab = entries.get(b"TALLER_LAB", b"").decode(errors="replace")
    return (lab, entries.get(b"TALLER_HOME", b"").decode(errors="replace")) if lab else None


def _mounts(config: Settings) -> Iterator[Leftover]:
    cells = f"{config.run}/cells/"
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        place = line.split()[4]
        if place.startswith(cells):
            yield Leftover(place.removeprefix(cells).split("/")[0], "mount", place)


def _loop_devices(by_number: dict[int, Slot]) -> Iterator[Leftover]:
    for backing in Path("/sys/block").glob("loop*/loop/backing_file"):
        try:
            file = backing.read_text().strip()
        except OSError:  # detached while we looked
            continue
        if match := _DISK.fullmatch(file):
            home = match[1] if Path(match[1]).is_dir() else ""
            lab = _lab_of(int(match[2]), by_number)
            yield Leftover(lab, "loop device", backing.parent.parent.name, home=home)


def _numbered(kind: str, names: Iterator[str], by_number: dict[int, Slot]) -> Iterator[Leftover]:
    for name in names:
        if match := _OURS.fullmatch(name):
            yield Leftover(_lab_of(int(match[1]), by_number), kind, name)


def _lab_of(number: int, by_number: dict[int, Slot]) -> str:
    return by_number[number].lab if number in by_number else unknown_lab(number)


def _tables() -> Iterator[str]:
    from provisioner.labnode.engine import nft_command  # noqa: PLC0415 - the engine knows where nft is

    command = nft_command()
    if not command:
        return  # no nft, no toolchain: no lab was ever made here
    listing = subprocess.run([*command, "list", "tables", "inet"], capture_output=True, text=True, check=False).stdout
    for line in listing.splitlines():
        yield line.removeprefix("table inet ").strip()


def _directories(config: Settings) -> Iterator[Leftover]:
    for parent, home in (
        (config.run / "cells", ""),
        (config.run / "runc", ""),
        (config.labs_directory, str(config.home)),
    ):
        if parent.is_dir():
            for path in sorted(parent.iterdir()):
                yield Leftover(path.name.partition(".")[0], "directory", str(path), home=home)
