import hashlib
import io
import json
import tarfile
from pathlib import Path

import pytest

from provisioner.images.layers import Directory, File, Image, Link, Program, Tree, layer, write_archive

TREE: Tree = {
    "usr/bin/tool": Program(b"#!/bin/sh\n"),
    "usr/bin/alias": Link("tool"),
    "tmp": Directory(0o1777),
    "etc/passwd": File(b"root:x:0:0::/:/bin/sh\n"),
}


def test_a_layer_lists_parents_before_children_and_belongs_to_root() -> None:
    with tarfile.open(fileobj=io.BytesIO(layer(TREE))) as tar:
        entries = tar.getmembers()
    assert [each.name for each in entries] == [
        "etc", "etc/passwd", "tmp", "usr", "usr/bin", "usr/bin/alias", "usr/bin/tool",
    ]  # fmt: skip
    assert {(each.uid, each.gid, each.mtime) for each in entries} == {(0, 0, 0)}
    by_name = {each.name: each for each in entries}
    assert by_name["tmp"].mode == 0o1777
    assert by_name["usr/bin/tool"].mode == 0o755
    assert by_name["usr/bin/alias"].linkname == "tool"


def test_a_file_may_be_copied_from_the_host(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(b"data")
    (tmp_path / "source").chmod(0o600)
    assert layer({"x": File(tmp_path / "source")}) == layer({"x": File(b"data")})


@pytest.fixture
def archive(tmp_path: Path) -> dict[str, bytes]:
    shared: Tree = {"base": File(b"shared")}
    images = [
        Image("lab.local/a:1", [shared, {"a": Program(b"a")}], entrypoint=["/a"], user="1:1"),
        Image("lab.local/b:1", [shared], command=["sh"]),
    ]
    write_archive(tmp_path / "x.tar", images, machine="x86_64")
    write_archive(tmp_path / "y.tar", images, machine="x86_64")
    assert (tmp_path / "x.tar").read_bytes() == (tmp_path / "y.tar").read_bytes()
    with tarfile.open(tmp_path / "x.tar") as tar:
        return {each.name: file.read() for each in tar.getmembers() if (file := tar.extractfile(each))}


def test_every_blob_is_what_its_name_says(archive: dict[str, bytes]) -> None:
    blobs = {name: data for name, data in archive.items() if name.startswith("blobs/")}
    assert all(name == f"blobs/sha256/{hashlib.sha256(data).hexdigest()}" for name, data in blobs.items())
    assert len(blobs) == 2 + 2 + 2  # layers (one shared), configurations, manifests


def test_the_oci_index_leads_to_the_layers(archive: dict[str, bytes]) -> None:
    index = json.loads(archive["index.json"])
    names = [each["annotations"]["io.containerd.image.name"] for each in index["manifests"]]
    assert names == ["lab.local/a:1", "lab.local/b:1"]
    manifest = json.loads(archive[blob(index["manifests"][0]["digest"])])
    config = json.loads(archive[blob(manifest["config"]["digest"])])
    assert config["rootfs"]["diff_ids"] == [each["digest"] for each in manifest["layers"]]
    assert config["config"] == {
        "Entrypoint": ["/a"], "Env": ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"], "User": "1:1",
    }  # fmt: skip
    assert (config["os"], config["architecture"]) == ("linux", "amd64")
    for each in manifest["layers"]:
        assert each["size"] == len(archive[blob(each["digest"])])


def test_docker_reads_the_same_blobs(archive: dict[str, bytes]) -> None:
    listing = json.loads(archive["manifest.json"])
    assert [each["RepoTags"] for each in listing] == [["lab.local/a:1"], ["lab.local/b:1"]]
    assert all(name in archive for each in listing for name in [each["Config"], *each["Layers"]])


def blob(digest: str) -> str:
    return f"blobs/{digest.replace(':', '/')}"
