"""What of Taller's is on the host, read from imitated parts of it."""

from pathlib import Path

import pytest

from labs.core.ids import LabId
from labs.core.settings import Settings
from provisioner import inventory
from provisioner.cell.slots import Slots, unknown_slot

LAB = LabId("ana-1a2b")


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", run=tmp_path / "run")


def test_what_is_numbered_has_its_slots_lab(config: Settings) -> None:
    slot = Slots(config).reserve(LAB)
    names = iter([slot.link, "taller9", "eth0", "taller", "taller1x", "xtaller1"])
    found = list(inventory._numbered("link", names, {slot.number: slot}))
    assert [(each.lab, each.name) for each in found] == [(LAB, "taller0"), ("unknown-slot-0009", "taller9")]
    assert unknown_slot(found[1].lab) == 9
    assert {each.remedy for each in found} == {"taller sweep"}


def test_mounts(config: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"36 35 98:0 / / rw - ext4 /dev/vda rw\n37 36 7:0 / {config.run}/cells/{LAB}/root rw - ext4 /dev/loop0 rw\n"
    monkeypatch.setattr(Path, "read_text", lambda _: text)
    (found,) = inventory._mounts(config)
    assert (found.lab, found.kind, found.name) == (LAB, "mount", f"{config.run}/cells/{LAB}/root")


def test_loop_devices(config: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slot = Slots(config).reserve(LAB)
    config.home.mkdir()
    files = {
        "loop0": f"{config.home}/taller0.ext4 (deleted)",
        "loop1": f"{config.home}/taller5.ext4",
        "loop2": "/gone/home/taller6.ext4 (deleted)",
        "loop3": "/snap/taller0.img",
    }
    backings = []
    for name, file in files.items():
        backing = tmp_path / "block" / name / "loop" / "backing_file"
        backing.parent.mkdir(parents=True)
        backing.write_text(f"{file}\n")
        backings.append(backing)
    backings.append(tmp_path / "block" / "loop9" / "loop" / "backing_file")  # detached while we looked
    monkeypatch.setattr(Path, "glob", lambda *_: backings)
    found = [(each.lab, each.name, each.home) for each in inventory._loop_devices({0: slot})]
    assert found == [
        (LAB, "loop0", str(config.home)),
        ("unknown-slot-0005", "loop1", str(config.home)),
        ("unknown-slot-0006", "loop2", ""),
    ]


def test_directories(config: Settings) -> None:
    for place in (config.run / "cells" / LAB, config.run / "runc" / f"{LAB}.deadbeef", config.home / "labs" / LAB):
        place.mkdir(parents=True)
    found = list(inventory._directories(config))
    assert [each.lab for each in found] == [LAB] * 3, "a shell's container belongs to its lab"
    assert [each.home for each in found] == ["", "", str(config.home)]


def test_an_empty_host(config: Settings) -> None:
    assert list(inventory._directories(config)) == []
    assert list(inventory._mounts(config)) == []


def test_helpers_say_whose_they_are(tmp_path: Path) -> None:
    process = tmp_path / "4711"
    process.mkdir()
    (process / "environ").write_bytes(b"PATH=/bin\0TALLER_LAB=ana-1a2b\0TALLER_HOME=/data\0X=1\0")
    assert inventory._marks_in_environment(process) == (LAB, "/data")
    (process / "environ").write_bytes(b"NOT_TALLER_LAB=ana-1a2b\0TALLER_HOME=/x\0")
    assert inventory._marks_in_environment(process) is None


def test_a_lab_made_while_the_host_is_looked_at_is_no_orphan(config: Settings) -> None:
    slots = Slots(config)
    before = slots.all()
    slot = slots.reserve(LabId(f"{LAB}.aws"))
    found = [
        *inventory._numbered("link", iter([slot.link, "taller9"]), {}),
        inventory.Leftover(str(slot.lab), "cgroup", f"/taller/{slot.lab}"),
    ]
    told = inventory._attributed(found, before=before, after=slots.all(), ours=config.home)
    home = str(config.home)
    assert [(each.lab, each.home) for each in told] == [(LAB, home), ("unknown-slot-0009", ""), (LAB, home)]


def test_a_lab_that_ends_while_the_host_is_looked_at_is_known_by_its_slot(config: Settings) -> None:
    slots = Slots(config)
    slot = slots.reserve(LAB)
    before = slots.all()
    slots.release(LAB)
    (told,) = inventory._attributed(
        [inventory.Leftover(LAB, "cgroup", "x")], before=before, after=slots.all(), ours=config.home
    )
    assert (told.lab, told.home) == (LAB, str(slot.home))


def test_what_belongs_to_another_home_is_removed_by_a_sweep_with_that_one(config: Settings, tmp_path: Path) -> None:
    theirs, gone = tmp_path / "their home", tmp_path / "gone"
    theirs.mkdir()
    found = [inventory.Leftover(LAB, "mount", "x", home=str(home)) for home in (config.home, theirs, gone, "")]
    told = inventory._attributed(found, before=[], after=[], ours=config.home)
    assert [each.remedy for each in told] == [
        "taller sweep",
        f"TALLER_HOME='{theirs}' taller sweep",
        "taller sweep",
        "taller sweep",
    ]
