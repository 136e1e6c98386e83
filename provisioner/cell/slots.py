"""Slots: what two labs on one host must never share. A slot number gives a lab its id range, address and link name.

Slots are host-wide (`/run/taller/slots`), whatever TALLER_HOME a lab belongs to: links, addresses and user ids are
host-wide too. A reboot empties /run, and the labs are gone with it.
"""

import fcntl
import ipaddress
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from labs.core.errors import HostError
from labs.core.ids import LabId
from labs.core.settings import Settings

IDS_PER_LAB = 65_536
LINK_PREFIX = "taller"
UNKNOWN_PREFIX = "unknown-slot-"


@dataclass(frozen=True, slots=True)
class Slot:
    """A reserved slot."""

    number: int
    lab: LabId
    home: Path
    """TALLER_HOME of the lab: where its registry and directory are."""
    first_id: int
    """First uid and gid of the lab on the host."""
    network: ipaddress.IPv4Network
    """/30: the host's end and the lab's."""

    @property
    def gateway(self) -> ipaddress.IPv4Address:
        """The host's end of the link."""
        return self.network[1]

    @property
    def address(self) -> ipaddress.IPv4Address:
        """The lab's address on the host."""
        return self.network[2]

    @property
    def link(self) -> str:
        """The host's network link (15 characters at most, the kernel's limit)."""
        return f"{LINK_PREFIX}{self.number}"

    @property
    def table(self) -> str:
        """The lab's nftables table in the inet family."""
        return f"{LINK_PREFIX}{self.number}"


class Slots:
    """The slots of this host."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._directory = settings.run / "slots"

    def all(self) -> list[Slot]:
        """Every reserved slot, by number."""
        found = [self._read(path) for path in self._directory.glob("*.json")]
        return sorted((slot for slot in found if slot), key=lambda slot: slot.number)

    def find(self, lab: LabId) -> Slot | None:
        """The slot of a lab, if it has one."""
        return next((slot for slot in self.all() if slot.lab == lab), None)

    def reserve(self, lab: LabId) -> Slot:
        """Return the lab's slot, reserved for it now unless it had one. Raises HostError when all are taken."""
        with self._locked():
            taken = self.all()
            for slot in taken:
                if slot.lab == lab:
                    return slot
            numbers = {slot.number for slot in taken}
            free = next((n for n in range(self._settings.max_labs) if n not in numbers), None)
            if free is None:
                raise HostError(
                    f"All {self._settings.max_labs} lab slots of this host are taken.",
                    hint="`taller list` shows the labs, `taller down LAB` frees one; TALLER_MAX_LABS raises the limit.",
                )
            slot = self._slot(free, lab, self._settings.home)
            path = self._path(free)
            draft = path.with_suffix(".new")
            draft.write_text(json.dumps({"lab": lab, "home": str(slot.home)}))
            draft.rename(path)
            return slot

    def release(self, lab: LabId) -> None:
        """Free the lab's slot; none is fine."""
        with self._locked():
            slot = self.find(lab)
            if slot:
                self._path(slot.number).unlink(missing_ok=True)

    @contextmanager
    def undisturbed(self, number: int, lab: LabId) -> Iterator[bool]:
        """Whether what is on the host under this number is that lab's to remove; nobody reserves a slot meanwhile.

        False when another lab has the number: what looked like a leftover, or was one, is that lab's by now.
        """
        with self._locked():
            holder = self._read(self._path(number))
            yield holder is None or holder.lab == lab

    def _slot(self, number: int, lab: LabId, home: Path) -> Slot:
        pool = ipaddress.IPv4Network(self._settings.address_range)
        network = ipaddress.IPv4Network((int(pool.network_address) + 4 * number, 30))
        return Slot(number, lab, home, self._settings.first_host_id + number * IDS_PER_LAB, network)

    def _path(self, number: int) -> Path:
        return self._directory / f"{number}.json"

    def _read(self, path: Path) -> Slot | None:
        try:
            data = json.loads(path.read_text())
        except FileNotFoundError:
            return None
        return self._slot(int(path.stem), LabId(data["lab"]), Path(data["home"]))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._directory.mkdir(parents=True, exist_ok=True)
        with (self._settings.run / "slots.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


ACCOUNT_SUFFIX = ".aws"
"""Ends the name of a lab's cell that is an AWS account."""


def lab_of_cell(cell: str) -> str:
    """The lab that a cell belongs to: `LAB` is a lab's first cell, `LAB.aws` and `LAB.node2` are others."""
    return cell.partition(".")[0]


def unknown_lab(number: int) -> LabId:
    """A name for a lab of which nothing but things numbered with its slot is left."""
    return LabId(f"{UNKNOWN_PREFIX}{number:04x}")


def unknown_slot(lab: str) -> int | None:
    """The slot number in such a name, or in that of any cell of such a lab."""
    digits = lab_of_cell(lab).removeprefix(UNKNOWN_PREFIX)
    return int(digits, 16) if lab.startswith(UNKNOWN_PREFIX) else None
