"""The tools that labs are made of: `ensure` gets them, `path` says where one is, `report` says what is there."""

import time
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from labs.core.errors import ToolchainError
from provisioner.toolchain import build, fetch, host, store, whole
from provisioner.toolchain.progress import Progress, Silent
from provisioner.toolchain.store import Origin, Source
from provisioner.toolchain.table import Recipe, Release, Tool, table, tool

JOBS = 2
"""Tools made at once. Go itself uses every core; the second job fills the gaps of the first's linker."""

Fetch = Callable[[Release, Path, Callable[[str], None]], None]
Build = Callable[[Recipe, Path, Callable[[str], None]], None]
Find = Callable[[Tool], host.Found | None]


@dataclass(frozen=True, slots=True)
class ToolStatus:
    """What `taller doctor` shows of a tool."""

    name: str
    version: str
    """The version there is; the pinned one when the tool is missing."""
    source: str
    """path, release or build; "missing" when it is not there yet."""
    path: Path | None
    detail: str
    """Why this source, or what `ensure` would do."""


def _fetch(release: Release, into: Path, told: Callable[[str], None]) -> None:
    fetch.fetch(release, into, told=told)


def _build(recipe: Recipe, into: Path, told: Callable[[str], None]) -> None:
    build.go_build(recipe, into, told=told)


@dataclass(frozen=True, slots=True)
class Sources:
    """Where tools come from; tests put fakes here."""

    find: Find = host.find
    fetch: Fetch = _fetch
    build: Build = _build


def path(name: str) -> Path:
    """Where a tool (its main binary) or one of its binaries is, e.g. "labnode", "ctr", "ptp".

    Raises NotFoundError for an unknown name and ToolchainError when the tool is not there yet. Builds nothing.
    """
    wanted = tool(name)
    place = store.entry(wanted)
    if not place.is_there:
        raise ToolchainError(f"{name} is not there yet.", hint="`make toolchain` gets it.")
    return place.binaries / (name if name in wanted.binaries else wanted.binaries[0])


def report() -> list[ToolStatus]:
    """The state of every tool that labs need. Builds and downloads nothing."""
    return [_status(each) for each in table().values() if not each.on_demand]


def ensure(
    names: Iterable[str] = (), progress: Progress | None = None, *, sources: Sources | None = None
) -> dict[str, Path]:
    """Every named tool (all that labs need, when none is named) is there; returns name → path of its main binary.

    Safe beside other processes that do the same, and after any of them was killed. Raises ToolchainError naming every
    tool that could not be had, after all the others are there.
    """
    names = list(names)
    wanted = {each.name: each for each in (map(tool, names) if names else _needed_by_labs())}
    told, sources = progress or Silent(), sources or Sources()
    problems = _get_all([each for each in wanted.values() if not store.entry(each).is_there], told, sources)
    if problems:
        raise ToolchainError(
            "\n".join(["Tools are missing:", *(f"  {name}: {problem}" for name, problem in problems.items())]),
            hint=next((problem.hint for problem in problems.values() if problem.hint), "")
            or "`taller doctor` lists why.",
        )
    return {name: path(name) for name in names or wanted}


def _needed_by_labs() -> Iterable[Tool]:
    return (each for each in table().values() if not each.on_demand)


def _get_all(tools: Collection[Tool], told: Progress, sources: Sources) -> dict[str, ToolchainError]:
    longest_first = sorted(tools, key=lambda each: -(each.build.usual_seconds if each.build else 0.0))
    problems = {}
    with ThreadPoolExecutor(max_workers=JOBS, thread_name_prefix="tool") as pool:
        pending = {pool.submit(_get, each, told, sources): each for each in longest_first}
        for done in as_completed(pending):
            try:
                done.result()
            except ToolchainError as error:
                problems[pending[done].name] = error
                told.finished(pending[done].name, "failed")
    return problems


def _get(wanted: Tool, told: Progress, sources: Sources) -> None:
    name, place = wanted.name, store.entry(wanted)
    with whole.lock(
        store.root(), name, waiting=lambda: told.started(name, "waiting for another taller that is getting it")
    ):
        if place.is_there:
            told.finished(name, "got by another taller")
            return
        begun = time.monotonic()
        part = whole.workplace(store.root(), name)
        (part / "bin").mkdir()
        source, version, detail = _fill(wanted, part / "bin", told, sources)
        store.publish(part, place, Origin(source, version, detail, round(time.monotonic() - begun, 1)))
        told.finished(name, f"{version} from {source}")


def _fill(wanted: Tool, into: Path, told: Progress, sources: Sources) -> tuple[Source, str, str]:
    """Fill `into` from the first source that can; returns it, the version, and why the earlier ones could not."""
    reasons = []
    found = sources.find(wanted)
    if found and not found.unsuitable:
        _link(wanted, found.directory, into)
        return Source.PATH, found.version, str(found.directory)
    if found:
        reasons.append(f"{found.directory}: {found.unsuitable}")
    if wanted.release:
        if wanted.release.sha256:
            told.started(wanted.name, f"downloading {wanted.version}")
        try:
            sources.fetch(wanted.release, into, lambda text: told.detail(wanted.name, text))
        except ToolchainError as error:
            reasons.append(error.message)
        else:
            return Source.RELEASE, wanted.version, wanted.release.url
    if not wanted.build:
        raise ToolchainError("; ".join(reasons) or "the table names no source for it")
    told.started(wanted.name, f"building {wanted.version} from Go modules")
    sources.build(wanted.build, into, lambda text: told.detail(wanted.name, text))
    return Source.BUILD, wanted.version, "; ".join(reasons)


def _link(wanted: Tool, directory: Path, into: Path) -> None:
    for binary in wanted.binaries:
        (into / binary).symlink_to((directory / binary).resolve())


def _status(each: Tool) -> ToolStatus:
    place = store.entry(each)
    origin = place.origin()
    if place.is_there and origin:
        return ToolStatus(each.name, origin.version, origin.source, path(each.name), origin.detail)
    return ToolStatus(each.name, each.version, "missing", None, _plan(each))


def _plan(each: Tool) -> str:
    if each.build:
        return f"would be built from Go modules, about {each.build.usual_seconds:.0f} s with an empty Go cache"
    return "would be downloaded"


__all__ = ["Sources", "ToolStatus", "ensure", "path", "report"]
