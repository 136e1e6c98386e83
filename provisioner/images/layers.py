"""Image layers and archives, made with `tarfile` alone: no container engine, and the same bytes every time.

The archive is an OCI image layout and a docker archive in one, so `ctr`, `docker load`, `kind load` and `k3s ctr` all
take it. Sources: https://github.com/opencontainers/image-spec/blob/main/image-layout.md and
https://github.com/moby/docker-image-spec/blob/main/spec.md.
"""

import hashlib
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
_LAYER = "application/vnd.oci.image.layer.v1.tar"
_CONFIG = "application/vnd.oci.image.config.v1+json"
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_INDEX = "application/vnd.oci.image.index.v1+json"
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class File:
    """A regular file: bytes, or the path of a file to copy."""

    content: bytes | Path
    mode: int = 0o644


@dataclass(frozen=True, slots=True)
class Program(File):
    """An executable file."""

    mode: int = 0o755


@dataclass(frozen=True, slots=True)
class Link:
    """A symbolic link."""

    target: str


@dataclass(frozen=True, slots=True)
class Directory:
    """An empty directory; those above a file need not be listed."""

    mode: int = 0o755


Tree = Mapping[str, File | Link | Directory]
"""Paths relative to the root of the file system → what is there. Everything belongs to root, dated 1970."""


@dataclass(frozen=True, slots=True)
class Image:
    """An image to be: a reference such as lab.local/shop:1, layers from the lowest up, and how it runs."""

    reference: str
    layers: Sequence[Tree]
    entrypoint: Sequence[str] = ()
    command: Sequence[str] = ()
    user: str = ""
    """"uid:gid"; empty means root."""
    environment: Mapping[str, str] = field(default_factory=lambda: {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})


@dataclass(frozen=True, slots=True)
class _Blob:
    data: bytes
    media_type: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def path(self) -> str:
        return f"blobs/sha256/{self.digest}"

    def descriptor(self, **more: object) -> dict[str, object]:
        return {"mediaType": self.media_type, "digest": f"sha256:{self.digest}", "size": len(self.data), **more}


def write_archive(path: Path, images: Sequence[Image], *, machine: str) -> None:
    """Write all images into one archive; layers that are alike are stored once. `machine` as platform.machine()."""
    blobs: dict[str, _Blob] = {}
    index, docker = [], []
    for image in images:
        layers = [_Blob(layer(tree), _LAYER) for tree in image.layers]
        config = _json(_CONFIG, _config(image, layers, ARCHITECTURES.get(machine, machine)))
        manifest = _json(
            _MANIFEST,
            {
                "schemaVersion": 2,
                "mediaType": _MANIFEST,
                "config": config.descriptor(),
                "layers": [each.descriptor() for each in layers],
            },
        )
        blobs |= {each.path: each for each in (*layers, config, manifest)}
        names = {"io.containerd.image.name": image.reference, "org.opencontainers.image.ref.name": image.reference}
        index.append(manifest.descriptor(annotations=names))
        docker.append({"Config": config.path, "RepoTags": [image.reference], "Layers": [each.path for each in layers]})
    listing = {"schemaVersion": 2, "mediaType": _INDEX, "manifests": index}
    files = {
        "oci-layout": _json("", {"imageLayoutVersion": "1.0.0"}).data,
        "index.json": _json(_INDEX, listing).data,
        "manifest.json": _json("", docker).data,
        **{name: blobs[name].data for name in sorted(blobs)},
    }
    with path.open("wb") as file, tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, data in files.items():
            archive.addfile(_entry(name, size=len(data), mode=0o644), io.BytesIO(data))


def layer(tree: Tree) -> bytes:
    """One uncompressed layer. Parents come before what they hold; order and dates do not depend on the host."""
    parents = {
        str(parent): Directory() for path in tree for parent in PurePosixPath(path).parents if str(parent) != "."
    }
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path, node in sorted((parents | dict(tree)).items()):
            _add(archive, path, node)
    return out.getvalue()


def _add(archive: tarfile.TarFile, path: str, node: File | Link | Directory) -> None:
    match node:
        case Directory():
            entry = _entry(f"{path}/", size=0, mode=node.mode)
            entry.type = tarfile.DIRTYPE
            archive.addfile(entry)
        case Link():
            entry = _entry(path, size=0, mode=0o777)
            entry.type, entry.linkname = tarfile.SYMTYPE, node.target
            archive.addfile(entry)
        case File():
            data = node.content if isinstance(node.content, bytes) else node.content.read_bytes()
            archive.addfile(_entry(path, size=len(data), mode=node.mode), io.BytesIO(data))


def _entry(name: str, *, size: int, mode: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.uname, entry.gname = size, mode, "root", "root"
    return entry


def _config(image: Image, layers: Sequence[_Blob], architecture: str) -> dict[str, Any]:
    runs: dict[str, Any] = {
        "Env": [f"{name}={value}" for name, value in sorted(image.environment.items())],
        "Entrypoint": list(image.entrypoint),
        "Cmd": list(image.command),
        "User": image.user,
    }
    return {
        "architecture": architecture,
        "os": "linux",
        "created": "1970-01-01T00:00:00Z",
        "config": {name: value for name, value in runs.items() if value},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{each.digest}" for each in layers]},
        "history": [{"created": "1970-01-01T00:00:00Z", "created_by": "taller"} for _ in layers],
    }


def _json(media_type: str, content: object) -> _Blob:
    return _Blob(json.dumps(content, sort_keys=True, separators=(",", ":")).encode(), media_type)
