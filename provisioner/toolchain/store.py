"""The tool cache on disk: one directory per tool, version and key, put in place whole or not at all.

`<cache>/tools/<name>-<version>-<key>/bin/<binary>` and `origin.json`. How it gets there safely: whole.py.
"""

import hashlib
import json
import os
import platform
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from labs.core.errors import ToolchainError
from labs.core.settings import settings
from provisioner.toolchain import whole
from provisioner.toolchain.build import command
from provisioner.toolchain.table import Recipe, Tool

OLD_BUILDS_KEPT = 2
"""Beside the newest: a second checkout may still use one."""
UNUSED_DAYS = 30.0
"""A build that no `ensure` made or touched for so long is removed when the next one is made."""


class Source(StrEnum):
    """Where a tool came from."""

    PATH = "path"
    RELEASE = "release"
    BUILD = "build"


@dataclass(frozen=True, slots=True)
class Origin:
    """What is known of an installed tool. `seconds` is what getting it took."""

    source: Source
    version: str
    detail: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Entry:
    """A tool's place in the cache."""

    tool: Tool
    directory: Path

    @property
    def binaries(self) -> Path:
        """The directory with the tool's binaries."""
        return self.directory / "bin"

    @property
    def is_there(self) -> bool:
        """Whether every binary can be run: a link to a host's tool breaks when the host removes it."""
        return all(os.access(self.binaries / binary, os.X_OK) for binary in self.tool.binaries)

    def origin(self) -> Origin | None:
        """How the tool got here; None when it is not here or its record cannot be read."""
        try:
            record = json.loads((self.directory / "origin.json").read_text(encoding="utf-8"))
            return Origin(Source(record["source"]), record["version"], record["detail"], record["seconds"])
        except (OSError, ValueError, KeyError, TypeError):
            return None


def entry(tool: Tool) -> Entry:
    """The cache place of the tool as it is pinned now, whether or not it is there."""
    return Entry(tool, root() / f"{tool.name}-{tool.version}-{key(tool)}")


def root() -> Path:
    """The directory of all tools."""
    return settings().cache / "tools"


def key(tool: Tool) -> str:
    """Twelve hexadecimal digits that change when the pin, the recipe, the Go module or our own sources change."""
    digest = hashlib.sha256(tool.version.encode())
    if tool.build:
        digest.update(" ".join(command(tool.build, Path("bin"))).encode())
        # is_test shows in the command
        digest.update(tool.build.model_dump_json(exclude={"usual_seconds", "is_test", "files"}).encode())
        digest.update(tool.build.files.encode())
    digest.update(platform.machine().encode())
    for path in _inputs(tool.build) if tool.build else ():
        digest.update(f"\0{path.name}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _inputs(recipe: Recipe) -> Iterator[Path]:
    yield from (path for name in ("go.mod", "go.sum") if (path := recipe.directory / name).is_file())
    for source in recipe.sources:
        yield from sorted(
            path
            for path in (recipe.directory / source).rglob("*")
            if path.is_file() and not path.name.endswith("_test.go")
        )


def publish(part: Path, place: Entry, origin: Origin) -> None:
    """Put a finished workplace in the tool's place, whole. Needs the lock. Raises ToolchainError if a binary lacks."""
    missing = [name for name in place.tool.binaries if not os.access(part / "bin" / name, os.X_OK)]
    if missing:
        raise ToolchainError(f"{place.tool.name}: {', '.join(missing)} did not come out of the {origin.source}.")
    (part / "origin.json").write_text(json.dumps(asdict(origin), indent=1) + "\n", encoding="utf-8")
    whole.put(part, place.directory)
    whole.remove_old(
        root(), f"{place.tool.name}-[0-9]*", keep=place.directory, unused_days=UNUSED_DAYS, kept=OLD_BUILDS_KEPT
    )
