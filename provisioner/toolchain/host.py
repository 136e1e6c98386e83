"""Tools that the host already has: found on PATH, asked for their version, and taken only when they fit."""

import re
import shutil
import struct
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from provisioner.toolchain.table import Tool

PROBE_SECONDS = 5.0
"""A tool that does not print its version in this time is not used."""
_VERSION = re.compile(r"\bv?(\d+\.\d+(?:\.\d+)?)")
_PT_INTERP = 3

Run = Callable[[Sequence[str]], str]
"""Runs a command and returns its output; raises OSError or subprocess.SubprocessError."""


@dataclass(frozen=True, slots=True)
class Found:
    """A tool on PATH. `unsuitable` says why it is not used; empty when it is."""

    directory: Path
    version: str
    unsuitable: str = ""


def run(command: Sequence[str]) -> str:
    """What the command prints, stdout before stderr."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=PROBE_SECONDS, check=True)
    return done.stdout + done.stderr


def find(tool: Tool, *, run: Run = run, which: Callable[[str], str | None] = shutil.which) -> Found | None:
    """The tool on PATH, suitable or not; None when the table does not look there or it is not installed."""
    if tool.host is None or not (main := which(tool.binaries[0])):
        return None
    directory = Path(main).parent
    missing = [name for name in tool.binaries if not (directory / name).is_file()]
    if missing:
        return Found(directory, "", f"{', '.join(missing)} is missing beside it")
    try:
        version = first_version(run([main, *tool.probe]))
    except (OSError, subprocess.SubprocessError) as error:
        return Found(directory, "", f"it does not run: {error}")
    return Found(directory, version, _objection(tool, directory, version))


def first_version(text: str) -> str:
    """The first thing in the text that looks like a version ("v1.2.3" → "1.2.3"); empty when nothing does."""
    found = _VERSION.search(text)
    return found.group(1) if found else ""


def _objection(tool: Tool, directory: Path, version: str) -> str:
    assert tool.host is not None  # noqa: S101  -- find() looked
    if not version:
        return "it does not say its version"
    if not numbers(tool.host.minimum) <= numbers(version) < numbers(tool.host.below):
        return f"version {version}, wanted {tool.host.minimum} ≤ version < {tool.host.below}"
    dynamic = [name for name in tool.binaries if not is_static(directory / name)] if tool.static else []
    return f"{', '.join(dynamic)} needs the host's shared libraries" if dynamic else ""


def numbers(version: str) -> tuple[int, ...]:
    """A version as numbers to compare: "1.35.4" → (1, 35, 4)."""
    return tuple(int(part) for part in version.split("."))


def is_static(binary: Path) -> bool:
    """Whether a 64-bit little-endian ELF file asks for no dynamic linker (no PT_INTERP header)."""
    with binary.open("rb") as file:
        head = file.read(64)
        if head[:6] != b"\x7fELF\x02\x01":
            return False
        (table_at,) = struct.unpack_from("<Q", head, 32)
        size, count = struct.unpack_from("<HH", head, 54)
        file.seek(table_at)
        headers = file.read(size * count)
    return all(struct.unpack_from("<I", headers, size * index)[0] != _PT_INTERP for index in range(count))
