import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from labs.core.errors import InfrastructureError, InputError, NotFoundError, TallerError
from labs.core.ids import LabId, ScenarioId, new_lab_id
from labs.core.states import LabState
from labs.lifecycle.owners import is_alive, this_process
from labs.lifecycle.record import LabRecord, Owner
from labs.lifecycle.registry import Registry

RECORD = LabRecord(
    LabId("ana-0001"), "Ana", LabState.REQUESTED, 1.0, 2.0, "seed", "labnode", (ScenarioId("orders_routing"),), "p.md"
)


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    registry = Registry(tmp_path / "home" / "registry.sqlite")
    yield registry
    registry.close()


def test_what_is_kept_comes_back(registry: Registry) -> None:
    registry.reserve(RECORD)
    assert registry.get(RECORD.id) == RECORD
    registry.note(RECORD.id, "up:stack", now=3.0, detail="d", step="up:stack", timings={"a_seconds": 1.5})
    assert registry.get(RECORD.id).timings == {"a_seconds": 1.5}
    assert [event.name for event in registry.events(RECORD.id)] == ["reserved", "up:stack"]


def test_an_id_is_never_given_twice(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    registry.reserve(RECORD)
    registry.move(RECORD.id, LabState.GONE, now=1.0)  # its journal stays
    digits = iter(["0001", "0001", "0002"])
    monkeypatch.setattr(secrets, "token_hex", lambda _: next(digits))
    assert registry.unused_id("Ana") == "ana-0002"


def test_where_every_id_is_taken_it_says_what_to_do(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    registry.reserve(RECORD)
    monkeypatch.setattr(secrets, "token_hex", lambda _: "0001")
    with pytest.raises(InfrastructureError, match="is taken") as error:
        registry.unused_id("Ana")
    assert "add a number" in (error.value.hint or "")


def test_only_its_owner_reads_it(registry: Registry, tmp_path: Path) -> None:
    registry.reserve(RECORD)
    assert (tmp_path / "home" / "registry.sqlite").stat().st_mode & 0o777 == 0o600


def test_eight_at_once_get_one_lab(registry: Registry) -> None:
    def reserve(_: int) -> bool:
        try:
            registry.reserve(replace(RECORD, id=new_lab_id("ana"), candidate="ANA"))
        except InputError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(reserve, range(8))) == 1


def test_life_does_not_go_back(registry: Registry) -> None:
    registry.reserve(RECORD)
    with pytest.raises(InputError, match="cannot become ready"):
        registry.move(RECORD.id, LabState.READY, now=1.0)
    registry.move(RECORD.id, LabState.GONE, now=1.0)
    with pytest.raises(InputError):
        registry.move(RECORD.id, LabState.PROVISIONING, now=1.0)
    registry.reserve(replace(RECORD, id=LabId("ana-0002")))


def test_unknown_fields_are_a_bug(registry: Registry) -> None:
    registry.reserve(RECORD)
    with pytest.raises(AttributeError):
        registry.note(RECORD.id, "x", now=1.0, tmings={})


def test_one_process_at_a_time(registry: Registry) -> None:
    registry.reserve(RECORD)
    registry.claim(RECORD.id, "up", this_process())
    registry.claim(RECORD.id, "down", this_process())
    assert registry.get(RECORD.id).doing == "down"
    registry.release(RECORD.id)
    assert registry.get(RECORD.id).owner is None


@pytest.mark.parametrize("verb", ["get", "events", "release"])
def test_an_unknown_lab(registry: Registry, verb: str) -> None:
    if verb == "events":
        assert registry.events(LabId("ana-9999")) == []
        return
    with pytest.raises(NotFoundError):
        getattr(registry, verb)(LabId("ana-9999"))


def test_a_damaged_file_is_told_with_a_remedy(tmp_path: Path) -> None:
    path = tmp_path / "registry.sqlite"
    path.write_bytes(b"this is not a database" * 100)
    with pytest.raises(InfrastructureError) as caught:
        Registry(path)
    assert isinstance(caught.value, TallerError)
    assert "sweep" in caught.value.hint


def test_owners_are_processes_not_numbers() -> None:
    ours = this_process()
    assert is_alive(ours)
    assert not is_alive(Owner(ours.pid, ours.started - 100))
    assert not is_alive(Owner(3_999_999_9, 0.0))
    assert not is_alive(None)
