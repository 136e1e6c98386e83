"""The images unpacked once per host, as containerd keeps them, so that a lab starts with them for nothing.

A containerd of our own imports the archive into a directory of the host's root. A lab gets a copy of the two small
databases, and the layers and blobs themselves read-only and idmapped to its id range: neither seconds nor disk.
"""

import hashlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from labs.core.errors import ToolchainError
from labs.core.settings import settings
from provisioner.images import golden
from provisioner.toolchain import tools, whole
from provisioner.toolchain.progress import Progress, Silent

LAYOUT = 1
START_SECONDS = 30.0
_DATABASES = (
    "io.containerd.metadata.v1.bolt/meta.db",
    "io.containerd.snapshotter.v1.overlayfs/metadata.db",
)
_BLOBS = "io.containerd.content.v1.content/blobs"
_SNAPSHOTS = "io.containerd.snapshotter.v1.overlayfs/snapshots"
_UNUSED_DAYS = 7.0
_KEPT = 1000
"""By age alone: removing a store in use would break the labs on it."""


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A store on the host. Paths in a lab are below containerd's root directory."""

    root: Path

    @property
    def databases(self) -> Sequence[str]:
        """Files to copy for each lab, relative."""
        return _DATABASES

    @property
    def shared(self) -> Sequence[str]:
        """Directories to mount read-only, relative: the blobs and each layer."""
        layers = sorted((self.root / _SNAPSHOTS).iterdir(), key=lambda path: int(path.name))
        return (_BLOBS, *(f"{_SNAPSHOTS}/{path.name}/fs" for path in layers))


def path(wanted: golden.ImageSet | None = None) -> Unpacked:
    """The store of a set's images (a lab's, by default). Raises ToolchainError when it is not there yet."""
    place = _place(golden.where(wanted))
    if not place.is_dir():
        raise ToolchainError("The labs' images are not unpacked yet.", hint="`make setup` unpacks them.")
    return Unpacked(place)


def ensure(progress: Progress | None = None, wanted: golden.ImageSet | None = None) -> Unpacked:
    """The store of a set's images is there. Idempotent, safe side by side. Raises ToolchainError and HostError."""
    told = progress or Silent()
    images = golden.ensure(told, wanted)
    tools.ensure(["containerd"], told)
    place = _place(images)
    with whole.lock(place.parent, "unpacked", waiting=lambda: told.started("images", "waiting for another taller")):
        if not place.is_dir():
            told.started("images", "unpacking")
            part = whole.workplace(place.parent, "unpacked")
            _unpack(images / golden.ARCHIVE, part)
            whole.put(part, place)
            whole.remove_old(place.parent, "unpacked-*", keep=place, unused_days=_UNUSED_DAYS, kept=_KEPT)
            told.finished("images", "unpacked")
    whole.used(place)
    return Unpacked(place)


def _place(images: Path) -> Path:
    key = f"{LAYOUT} {images.name} {tools.path('containerd')}"
    return settings().cache / "unpacked" / f"unpacked-{hashlib.sha256(key.encode()).hexdigest()[:12]}"


def _unpack(archive: Path, root: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="taller-containerd-") as scratch:
        address = Path(scratch) / "c.sock"
        with _containerd(root, Path(scratch), address):
            ctr = [str(tools.path("ctr")), "--address", str(address), "--namespace", "k8s.io"]
            done = subprocess.run(
                [*ctr, "images", "import", "--local", str(archive)], capture_output=True, text=True, check=False
            )
            if done.returncode:
                raise ToolchainError(f"The images could not be unpacked: {done.stderr[-2000:]}")
    for unwanted in root.iterdir():
        if not any(name.startswith(f"{unwanted.name}/") for name in (*_DATABASES, _BLOBS)):
            shutil.rmtree(unwanted)


@contextmanager
def _containerd(root: Path, scratch: Path, address: Path) -> Iterator[None]:
    config = scratch / "config.toml"
    config.write_text(
        'version = 3\ndisabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt"]\n'
        f'root = "{root}"\nstate = "{scratch}/state"\n[grpc]\n  address = "{address}"\n'
    )
    with (scratch / "log").open("wb") as log:
        process = subprocess.Popen([tools.path("containerd"), "--config", config], stdout=log, stderr=log)
    try:
        _wait_for(address, process, scratch / "log")
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=START_SECONDS)


def _wait_for(address: Path, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket(socket.AF_UNIX) as connection:
            if connection.connect_ex(str(address)) == 0:
                return
        time.sleep(0.02)
    raise ToolchainError(f"containerd did not start: {log.read_text(errors='replace')[-2000:]}")
