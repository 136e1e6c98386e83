"""The vendor's release download: checksummed, given up quickly, and asked once a run of a host that refuses."""

import hashlib
import io
import tarfile
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from labs.core.errors import ToolchainError
from provisioner.toolchain.table import Release

CONNECT_SECONDS = 5.0
"""Each network wait: a closed network is noticed quickly, and building from modules goes on instead."""
LARGEST_MIB = 300
"""No pinned tool is larger; more is a wrong page."""
_CHUNK = 1 << 20

Open = Callable[[str], Iterator[bytes]]
"""Yields the bytes behind an address; raises OSError."""

_refused: dict[str, str] = {}
_refused_lock = threading.Lock()


def download(url: str) -> Iterator[bytes]:
    """The file behind an https address, in pieces. Raises OSError (which urllib's errors are)."""
    with urllib.request.urlopen(url, timeout=CONNECT_SECONDS) as answer:  # noqa: S310  -- https, from our own table
        while piece := answer.read(_CHUNK):
            yield piece


def fetch(release: Release, into: Path, *, told: Callable[[str], None], open_url: Open = download) -> None:
    """The release's binaries are in `into`, executable. Raises ToolchainError: disabled, refused, or a wrong checksum.

    A host that could not be reached is not asked again by this process.
    """
    if not release.sha256:
        raise ToolchainError(f"vendor download disabled: {release.disabled}")
    host = urlsplit(release.url).hostname or release.url
    with _refused_lock:
        if host in _refused:
            raise ToolchainError(f"{host} refused before: {_refused[host]}")
    try:
        data = _read(open_url(release.url), told)
    except OSError as error:
        with _refused_lock:
            _refused[host] = str(error)
        raise ToolchainError(f"{host} cannot be reached: {error}") from error
    found = hashlib.sha256(data).hexdigest()
    if found != release.sha256:
        raise ToolchainError(f"{release.url} has SHA-256 {found}, pinned is {release.sha256}: not used.")
    _unpack(release, data, into)


def forget_refusals() -> None:
    """Every host is asked again."""
    with _refused_lock:
        _refused.clear()


def _read(pieces: Iterator[bytes], told: Callable[[str], None]) -> bytes:
    data = bytearray()
    for piece in pieces:
        data += piece
        if len(data) > LARGEST_MIB << 20:
            raise ToolchainError(f"the download is larger than {LARGEST_MIB} MiB: not used.")
        told(f"{len(data) >> 20} MiB")
    return bytes(data)


def _unpack(release: Release, data: bytes, into: Path) -> None:
    for binary, member in release.members.items():
        content = _member(data, member) if member else data
        target = into / binary
        target.write_bytes(content)
        target.chmod(0o755)


def _member(data: bytes, member: str) -> bytes:
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
        try:
            file = archive.extractfile(member)
        except KeyError as error:
            raise ToolchainError(f"the release holds no {member}.") from error
        if file is None:
            raise ToolchainError(f"{member} in the release is not a file.")
        return file.read()
