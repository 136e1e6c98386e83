import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from labs.core.errors import NotFoundError, ToolchainError
from provisioner.toolchain import host, tools
from provisioner.toolchain.progress import Silent
from provisioner.toolchain.table import Recipe, Release, Tool, table, tool

Told = Callable[[str], None]


@dataclass
class World:
    """Where fake tools come from."""

    on_path: dict[str, host.Found] = field(default_factory=dict)
    released: bool = False
    broken: frozenset[str] = frozenset()
    built: list[str] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def sources(self) -> tools.Sources:
        return tools.Sources(find=lambda each: self.on_path.get(each.name), fetch=self._fetch, build=self._build)

    def _fetch(self, release: Release, into: Path, told: Told) -> None:
        if not self.released:
            raise ToolchainError("vendor refused")
        told("1 MiB")
        write(into, release.members)

    def _build(self, recipe: Recipe, into: Path, told: Told) -> None:
        with self.lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        told("1 packages")
        time.sleep(0.05)
        owner = next(each for each in table().values() if each.build == recipe)
        with self.lock:
            self.at_once -= 1
            self.built.append(owner.name)
        if owner.name in self.broken:
            raise ToolchainError("does not compile", hint="mend it")
        write(into, owner.binaries)


def write(directory: Path, names: object) -> None:
    assert isinstance(names, (tuple, dict))
    for name in names:
        (directory / name).write_text("#!/bin/sh\n")
        (directory / name).chmod(0o755)


def test_what_is_missing_is_built_once() -> None:
    world = World()
    first = tools.ensure(["runc", "ctr"], sources=world.sources())
    assert tools.ensure(["runc", "ctr"], sources=world.sources()) == first
    assert sorted(world.built) == ["containerd", "runc"]
    assert first["ctr"].name == "ctr"
    assert tools.path("containerd-shim-runc-v2").parent == first["ctr"].parent


def test_without_names_everything_that_labs_need_is_there_and_reported() -> None:
    world = World()
    tools.ensure(sources=world.sources())
    on_demand = {"e2e", "ginkgo", "agnhost"}
    assert {each.name for each in tools.report()} == set(table()) - on_demand == set(world.built)
    assert {each.source for each in tools.report()} == {"build"}
    assert world.most_at_once == tools.JOBS


def test_the_longest_is_started_first() -> None:
    world = World()
    tools.ensure(["cni", "pulumi", "labnode", "runc"], sources=world.sources())
    assert set(world.built[:2]) == {"labnode", "pulumi"}


def test_a_suitable_tool_of_the_host_is_linked(tmp_path: Path) -> None:
    write(tmp_path, ("pulumi",))
    world = World(on_path={"pulumi": host.Found(tmp_path, "3.250.1")})
    found = tools.ensure(["pulumi"], sources=world.sources())["pulumi"]
    assert found.resolve() == tmp_path / "pulumi"
    assert not world.built
    status = next(each for each in tools.report() if each.name == "pulumi")
    assert (status.source, status.version) == ("path", "3.250.1")


def test_a_tool_that_the_host_removed_is_had_again(tmp_path: Path) -> None:
    write(tmp_path, ("pulumi",))
    tools.ensure(["pulumi"], sources=World(on_path={"pulumi": host.Found(tmp_path, "3.250.1")}).sources())
    (tmp_path / "pulumi").unlink()
    world = World()
    tools.ensure(["pulumi"], sources=world.sources())
    assert world.built == ["pulumi"]


def test_the_vendor_comes_before_building() -> None:
    world = World(released=True)
    tools.ensure(["runc"], sources=world.sources())
    assert not world.built
    assert next(each for each in tools.report() if each.name == "runc").source == "release"


def test_why_earlier_sources_were_passed_over_is_kept(tmp_path: Path) -> None:
    old = host.Found(tmp_path, "1.1.5", "version 1.1.5, wanted more")
    tools.ensure(["runc"], sources=World(on_path={"runc": old}).sources())
    detail = next(each for each in tools.report() if each.name == "runc").detail
    assert detail == f"{tmp_path}: version 1.1.5, wanted more; vendor refused"


def test_a_failure_is_told_after_all_the_others_are_there() -> None:
    world = World(broken=frozenset({"runc"}))
    with pytest.raises(ToolchainError, match="runc: does not compile") as caught:
        tools.ensure(["runc", "cni", "probe"], sources=world.sources())
    assert caught.value.hint == "mend it"
    assert tools.path("cni").exists()
    assert tools.path("probe").exists()
    with pytest.raises(ToolchainError, match="not there yet"):
        tools.path("runc")
    tools.ensure(["runc"], sources=World().sources())
    assert tools.path("runc").exists()


def test_a_path_is_a_question_not_a_build() -> None:
    with pytest.raises(ToolchainError, match="pulumi is not there yet"):
        tools.path("pulumi")
    with pytest.raises(NotFoundError):
        tools.path("frobnicate")


def test_a_missing_tool_is_reported_with_what_it_would_take() -> None:
    status = next(each for each in tools.report() if each.name == "labnode")
    assert (status.source, status.path) == ("missing", None)
    assert "built from Go modules" in status.detail


def test_two_at_once_build_once() -> None:
    world = World()
    threads = [
        threading.Thread(target=tools.ensure, args=(["runc"],), kwargs={"sources": world.sources()}) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert world.built == ["runc"]


def test_a_tool_without_a_source_says_so() -> None:
    lonely: Tool = tool("probe").model_copy(update={"build": None})
    with pytest.raises(ToolchainError, match="names no source"):
        tools._fill(lonely, Path("/nowhere"), Silent(), World().sources())
