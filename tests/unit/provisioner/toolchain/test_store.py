from pathlib import Path

import pytest

from labs.core.errors import ToolchainError
from provisioner.toolchain import store, table, whole
from provisioner.toolchain.store import Entry, Origin, Source
from provisioner.toolchain.table import Recipe, Tool

ORIGIN = Origin(Source.BUILD, "1.0", "why", 1.5)


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(table, "MODULES", tmp_path)
    (tmp_path / "m/cmd").mkdir(parents=True)
    (tmp_path / "m/go.mod").write_text("module m")
    (tmp_path / "m/cmd/main.go").write_text("package main")
    return tmp_path / "m"


def made(*, version: str = "1.0", usual_seconds: float = 1.0, tags: tuple[str, ...] = ()) -> Tool:
    recipe = Recipe(module="m", packages=("./cmd",), sources=("cmd",), tags=tags, usual_seconds=usual_seconds)
    return Tool(name="thing", version=version, binaries=("thing",), build=recipe)


def put(tool: Tool) -> Entry:
    place = store.entry(tool)
    with whole.lock(store.root(), tool.name, waiting=lambda: None):
        part = whole.workplace(store.root(), tool.name)
        (part / "bin").mkdir()
        (part / "bin/thing").write_text("#!/bin/sh\n")
        (part / "bin/thing").chmod(0o755)
        store.publish(part, place, ORIGIN)
    return place


def test_the_key_follows_what_the_binary_is_made_of(module: Path) -> None:
    first = store.key(made())
    assert store.key(made()) == first
    assert store.key(made(usual_seconds=9)) == first
    others = [store.key(made(version="1.1")), store.key(made(tags=("x",)))]
    (module / "cmd/main.go").write_text("package main // changed")
    others.append(store.key(made()))
    (module / "go.sum").write_text("sum")
    others.append(store.key(made()))
    assert len({first, *others}) == 5


def test_the_key_leaves_tests_out(module: Path) -> None:
    first = store.key(made())
    (module / "cmd/main_test.go").write_text("package main")
    assert store.key(made()) == first


def test_what_was_put_is_there_with_its_origin(module: Path) -> None:  # noqa: ARG001
    place = put(made())
    assert place.is_there
    assert place.origin() == ORIGIN


def test_an_entry_whose_host_tool_went_away_is_not_there(module: Path) -> None:
    place = put(made())
    (place.binaries / "thing").unlink()
    (place.binaries / "thing").symlink_to(module / "gone")
    assert not place.is_there


def test_an_unreadable_record_is_no_origin(module: Path) -> None:  # noqa: ARG001
    place = put(made())
    (place.directory / "origin.json").write_text("{")
    assert place.origin() is None


def test_half_a_tool_is_not_put(module: Path) -> None:  # noqa: ARG001
    part = whole.workplace(store.root(), "thing")
    with pytest.raises(ToolchainError, match="thing did not come out of the build"):
        store.publish(part, store.entry(made()), ORIGIN)


def test_old_builds_are_few(module: Path) -> None:  # noqa: ARG001
    for number in range(6):
        put(made(version=f"1.{number}"))
    assert len(list(store.root().glob("thing-*"))) == store.OLD_BUILDS_KEPT + 1
    assert store.entry(made(version="1.5")).is_there
