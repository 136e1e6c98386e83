"""The pinned tools, read from tools.toml: what each is, and where it may come from."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from labs.core.errors import NotFoundError

TABLE = Path(__file__).with_name("tools.toml")
MODULES = Path(__file__).parents[2] / "toolchain"
"""The Go modules that tools are built from."""


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HostRule(_Row):
    """Which versions found on PATH will do: minimum ≤ version < below, compared number by number."""

    minimum: str
    below: str


class Release(_Row):
    """The vendor's own download."""

    url: str
    members: Mapping[str, str]
    """Binary → its path in the .tar.gz; an empty path when the download is the binary itself."""
    sha256: str = Field(default="", pattern=r"^([0-9a-f]{64})?$")
    disabled: str = ""
    """Why the download is not tried; needed while there is no checksum."""

    @model_validator(mode="after")
    def _pinned_or_disabled(self) -> Self:
        if not self.sha256 and not self.disabled:
            raise ValueError("a release without sha256 must say why it is disabled")
        return self


class Recipe(_Row):
    """How `go build` makes the tool from a pinned module under toolchain/."""

    module: str
    """Directory with go.mod, relative to toolchain/."""
    packages: tuple[str, ...]
    sources: tuple[str, ...] = ()
    """Directories of our own code, relative to the module; part of the cache key, as go.mod and go.sum are."""
    tags: tuple[str, ...] = ()
    stamps: Mapping[str, str] = Field(default_factory=dict)
    """Go variables set by the linker (-X), mostly versions."""
    cgo: bool = False
    is_test: bool = False
    """The one package's tests are the program (`go test -c`), named like the tool's first binary."""
    files: str = ""
    """Nothing is compiled: the files of the module in `packages` that match, joined, are the tool's first binary."""
    usual_seconds: float
    """On two cores with an empty Go cache: the longest is started first."""

    @property
    def directory(self) -> Path:
        """Where go.mod is."""
        return MODULES / self.module


class Tool(_Row):
    """One pinned tool."""

    name: str
    version: str
    binaries: tuple[str, ...] = Field(min_length=1)
    """The first is the tool's main one."""
    probe: tuple[str, ...] = ()
    """Arguments with which the main binary prints its version."""
    in_node: bool = False
    """Part of a lab's node root file system."""
    directory: str = "usr/local/bin"
    """Where it goes there."""
    on_demand: bool = False
    """No lab needs it: it is got only by name, never with all the others."""
    static: bool = False
    """Accept only statically linked binaries from the host: the node's C library need not be the host's."""
    host: HostRule | None = None
    release: Release | None = None
    build: Recipe | None = None


@cache
def table() -> Mapping[str, Tool]:
    """Every pinned tool by name, in the file's order."""
    rows = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return {name: Tool(name=name, **row) for name, row in rows.items()}


def tool(name: str) -> Tool:
    """The tool of that name, or the one that has a binary of that name. Raises NotFoundError."""
    if found := table().get(name):
        return found
    for candidate in table().values():
        if name in candidate.binaries:
            return candidate
    raise NotFoundError(f"There is no tool {name!r}.", hint=f"Known: {', '.join(table())}.")
