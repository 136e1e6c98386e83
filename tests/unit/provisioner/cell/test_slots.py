"""Slots: what two labs must never share, whoever asks at the same time."""

import json
import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.core.errors import HostError
from labs.core.ids import LabId
from labs.core.settings import Settings
from provisioner.cell.slots import IDS_PER_LAB, Slot, Slots, unknown_lab, unknown_slot

LINK_MAX_CHARACTERS = 15


def lab(number: int) -> LabId:
    return LabId(f"ana-{number:04x}")


def reserve_some(home: Path, run: Path, first: int, count: int) -> None:
    slots = Slots(Settings(home=home, run=run))
    for number in range(first, first + count):
        slots.reserve(lab(number))


def overlapping(slots: list[Slot]) -> list[tuple[int, int]]:
    by_id = sorted(slots, key=lambda slot: slot.first_id)
    ids = [(a.number, b.number) for a, b in pairwise(by_id) if a.first_id + IDS_PER_LAB > b.first_id]
    by_network = sorted(slots, key=lambda slot: slot.network)
    return ids + [(a.number, b.number) for a, b in pairwise(by_network) if a.network.overlaps(b.network)]


@given(
    numbers=st.lists(st.integers(0, 0x3FFF), min_size=2, max_size=40, unique=True),
    pool=st.sampled_from(["10.213.0.0/16", "172.31.0.0/16", "100.64.0.0/10"]),
    first_id=st.integers(100_000, 0x30000000),
)
def test_nothing_is_shared(numbers: list[int], pool: str, first_id: int) -> None:
    config = Settings(run=Path("/nowhere"), address_range=pool, first_host_id=first_id)
    slots = [Slots(config)._slot(number, lab(number), Path("/home")) for number in numbers]
    assert overlapping(slots) == []
    assert len({slot.link for slot in slots}) == len({slot.table for slot in slots}) == len(slots)
    for slot in slots:
        assert len(slot.link) <= LINK_MAX_CHARACTERS
        assert slot.first_id >= first_id, "a lab's ids are never the host's"
        assert slot.network.subnet_of(type(slot.network)(pool))
        assert {slot.gateway, slot.address} == set(slot.network.hosts())


def test_reserved_once(config: Settings) -> None:
    slots = Slots(config)
    first = slots.reserve(lab(1))
    assert slots.reserve(lab(1)) == first == slots.find(lab(1)) == Slots(config).reserve(lab(1))
    assert slots.reserve(lab(2)).number == 1
    assert [slot.lab for slot in slots.all()] == [lab(1), lab(2)]


def test_released_and_taken_again(config: Settings) -> None:
    slots = Slots(config)
    slots.reserve(lab(1))
    slots.reserve(lab(2))
    slots.release(lab(1))
    slots.release(lab(1))
    assert slots.find(lab(1)) is None
    assert slots.reserve(lab(3)).number == 0, "the lowest free one"
    assert slots.reserve(lab(2)).number == 1, "kept"


def test_another_homes_lab_keeps_its_home(config: Settings, tmp_path: Path) -> None:
    theirs = Slots(config.model_copy(update={"home": tmp_path / "theirs"}))
    theirs.reserve(lab(1))
    found = Slots(config).find(lab(1))
    assert found
    assert found.home == tmp_path / "theirs"


def test_all_taken(config: Settings) -> None:
    slots = Slots(config.model_copy(update={"max_labs": 2}))
    slots.reserve(lab(1))
    slots.reserve(lab(2))
    with pytest.raises(HostError, match="All 2 lab slots") as caught:
        slots.reserve(lab(3))
    assert "taller down" in caught.value.hint
    assert [slot.lab for slot in slots.all()] == [lab(1), lab(2)]


def test_a_draft_of_a_killed_process_is_no_slot(config: Settings) -> None:
    slots = Slots(config)
    slots.reserve(lab(1))
    (config.run / "slots" / "1.new").write_text('{"lab": "half')
    assert slots.reserve(lab(2)).number == 1
    assert json.loads((config.run / "slots" / "1.json").read_text())["lab"] == lab(2)


def test_processes_side_by_side(config: Settings) -> None:
    """Four processes, each with labs of its own and eight that they all want."""
    context = multiprocessing.get_context("spawn")
    mine = [context.Process(target=reserve_some, args=(config.home, config.run, 100 * n, 6)) for n in range(1, 4)]
    shared = [context.Process(target=reserve_some, args=(config.home, config.run, 0, 8)) for _ in range(2)]
    for process in (*mine, *shared):
        process.start()
    for process in (*mine, *shared):
        process.join(timeout=60)
        assert process.exitcode == 0
    found = Slots(config).all()
    assert len(found) == len({slot.lab for slot in found}) == 3 * 6 + 8
    assert [slot.number for slot in found] == list(range(len(found)))
    assert overlapping(found) == []


@given(st.integers(0, 0xFFFF))
def test_an_unknown_lab_says_its_slot(number: int) -> None:
    assert unknown_slot(unknown_lab(number)) == number
    assert unknown_slot(f"{unknown_lab(number)}.node2") == number, "each cell of such a lab"


@given(st.from_regex(r"[a-z][a-z0-9-]{0,18}-[0-9a-f]{4}", fullmatch=True).filter(lambda t: "unknown-slot" not in t))
def test_a_lab_is_not_unknown(name: str) -> None:
    assert unknown_slot(name) is None


def test_a_number_is_cleared_by_its_holder_or_when_nobody_holds_it(config: Settings) -> None:
    slots = Slots(config)
    number = slots.reserve(lab(1)).number
    with slots.undisturbed(number, lab(1)) as is_ours:
        assert is_ours
    with slots.undisturbed(number, unknown_lab(number)) as is_ours:
        assert not is_ours
    with slots.undisturbed(number, lab(2)) as is_ours:
        assert not is_ours
    slots.release(lab(1))
    with slots.undisturbed(number, unknown_lab(number)) as is_ours:
        assert is_ours


def test_nobody_gets_a_number_while_it_is_cleared(config: Settings) -> None:
    slots = Slots(config)
    with ThreadPoolExecutor(1) as pool:
        with slots.undisturbed(0, unknown_lab(0)):
            reserved = pool.submit(slots.reserve, lab(1))
            with pytest.raises(TimeoutError):
                reserved.result(timeout=0.1)
        assert reserved.result(timeout=10).number == 0
