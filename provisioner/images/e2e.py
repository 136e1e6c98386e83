"""The images of upstream's end-to-end tests, made here: their own registry is no part of a node.

They are named as upstream's `test/utils/image/manifest.go` names them, with `lab.local` for every registry; the tests
are told so by `KUBE_TEST_REPO_LIST` (`REGISTRIES`). What they hold follows the Dockerfiles below upstream's
`test/images`, with Debian's packages in place of Alpine's.
"""

import json
import os
import shutil
import stat
import subprocess
from collections.abc import Sequence
from pathlib import Path

from provisioner.images import debs, golden
from provisioner.images.layers import Directory, File, Image, Link, Program, Tree
from provisioner.toolchain import tools, whole
from provisioner.toolchain.table import tool

REGISTRY = "lab.local"
REGISTRIES = dict.fromkeys(
    (
        "promoterE2eRegistry",
        "buildImageRegistry",
        "gcEtcdRegistry",
        "gcRegistry",
        "sigStorageRegistry",
        "dockerLibraryRegistry",
    ),
    REGISTRY,
)
"""Content of the file behind KUBE_TEST_REPO_LIST. The invalid and the private registry stay: nobody answers there."""

LAYOUT = "5"
"""Raise it when the code below makes other images from the same tools."""
_USERLAND = ("bash", "busybox", "libc-bin", "bind9-dnsutils", "curl", "netcat-openbsd", "iproute2", "iperf")
_MERGED = ("bin", "sbin", "lib", "lib64")
_ETC: Tree = {
    "etc/passwd": File(
        b"root:x:0:0:root:/root:/bin/sh\nuser-defined-in-image:x:1000:1000::/home/user-defined-in-image:/bin/sh\n"
    ),
    "etc/group": File(
        b"root:x:0:\nuser-defined-in-image:x:1000:\ngroup-defined-in-image:x:50000:user-defined-in-image\n"
    ),
    "etc/nsswitch.conf": File(b"hosts: files dns\n"),
    "root": Directory(),
    "tmp": Directory(0o1777),
    "uploads": Directory(),
}
"""The second user is one that a conformance test of supplementary groups looks for."""


def images(part: Path) -> Sequence[Image]:
    """What the tests need beside a lab's own images. `part` is used as a scratch place."""
    with whole.scratch(part, "userland") as scratch:
        busybox = {**_ETC, **_debian(("bash", "busybox"), scratch / "busybox", applets=True)}
        userland = {**_ETC, **_debian(_USERLAND, scratch / "userland", applets=True)}
        nginx = {**_ETC, **_debian(("nginx-light",), scratch / "nginx"), **_NGINX}
        kept = _in_memory(busybox), _in_memory(userland), _in_memory(nginx)
    return _images(*kept)


def _images(busybox: Tree, userland: Tree, nginx: Tree) -> Sequence[Image]:
    source = _upstream() / "test/images"
    programs: Tree = {
        "agnhost": Program(tools.path("agnhost")),
        "agnhost-2": Link("agnhost"),
        "localhost.crt": File(source / "agnhost/porter/localhost.crt"),
        "localhost.key": File(source / "agnhost/porter/localhost.key"),
    }
    agnhost = [userland, programs]
    nautilus: Tree = {
        "nautilus.jpg": File(b"not a picture"),
        "data.json": File(json.dumps({"image": "nautilus.jpg"}).encode()),
    }
    nnp: Tree = {"usr/local/bin/nnp": Program(tools.path("nonewprivs"), 0o4755)}
    serve = ["nginx", "-g", "daemon off;"]
    return (
        *(_image(f"agnhost:{tag}", agnhost, entrypoint=["/agnhost"], command=["pause"]) for tag in ("2.55", "2.59")),
        _image("busybox:1.37.0-1", [busybox], command=["sh"]),
        _image("pause:3.10.1", [{"pause": Program(tools.path("pause"))}], entrypoint=["/pause"], user="65535:65535"),
        _image("jessie-dnsutils:1.7", [userland], command=["sh"]),
        _image("nautilus:1.7", [*agnhost, nautilus], entrypoint=["/agnhost"], command=["test-webserver"]),
        _image("nonewprivs:1.3", [busybox, nnp], command=["/usr/local/bin/nnp"]),
        _image("nonroot:1.4", [busybox], command=["sh"], user="1234"),
        *(_image(f"nginx:{tag}", [nginx], command=serve) for tag in ("1.14-4", "1.15-4")),
    )


def _image(
    name: str, layers: Sequence[Tree], *, command: Sequence[str] = (), entrypoint: Sequence[str] = (), user: str = ""
) -> Image:
    return Image(f"{REGISTRY}/{name}", layers, entrypoint=entrypoint, command=command, user=user)


_NGINX: Tree = {
    "etc/nginx/nginx.conf": File(
        b"user root;\nerror_log /dev/stderr;\npid /tmp/nginx.pid;\nevents {}\n"
        b"http { access_log off; server { listen 80; root /var/www; } }\n"
    ),
    "var/www/index.html": File(b"<title>Welcome to nginx!</title>\n"),
    "var/lib/nginx": Directory(),
    "var/log/nginx": Directory(),
}


def _debian(packages: Sequence[str], place: Path, *, applets: bool = False) -> Tree:
    """The files of Debian packages with a merged /usr; busybox gives the applets that nobody else brings."""
    root = place / "root"
    for name in _MERGED:
        (root / "usr" / name).mkdir(parents=True, exist_ok=True)
        (root / name).symlink_to(f"usr/{name}")
    debs.unpack(debs.download(packages, place / "archives"), root)
    subprocess.run(["ldconfig", "-r", root], check=True)
    if (root / "usr/bin/nc.openbsd").exists():  # named by update-alternatives, which does not run here
        (root / "usr/bin/nc").symlink_to("nc.openbsd")
    if applets:
        # busybox' shell before 1.36 does not pass on variables such as `data-1`, which the tests look for
        (root / "usr/bin/sh").unlink(missing_ok=True)
        (root / "usr/bin/sh").symlink_to("bash")
        listing = subprocess.run(
            ["chroot", root, "/usr/bin/busybox", "--list"], capture_output=True, text=True, check=True
        ).stdout
        taken = {path.name for path in [*(root / "usr/bin").iterdir(), *(root / "usr/sbin").iterdir()]}
        for applet in set(listing.split()) - taken:
            (root / "usr/bin" / applet).symlink_to("busybox")
    return _tree(root)


def _tree(root: Path) -> Tree:
    """A directory as it is, but for owners, dates and devices."""
    found: dict[str, File | Link | Directory] = {}
    for directory, names, files in os.walk(root):
        for path in (Path(directory) / name for name in [*names, *files]):
            mode, place = path.lstat().st_mode, str(path.relative_to(root))
            if stat.S_ISLNK(mode):
                found[place] = Link(str(path.readlink()))
            elif stat.S_ISDIR(mode):
                found[place] = Directory(stat.S_IMODE(mode))
            elif stat.S_ISREG(mode):
                found[place] = File(path, stat.S_IMODE(mode))
    return found


def _in_memory(tree: Tree) -> Tree:
    """The same with the contents read, so that the files may go."""
    return {
        path: File(node.content.read_bytes(), node.mode) if isinstance(node, File) and isinstance(node.content, Path)
        else node
        for path, node in tree.items()
    }  # fmt: skip


def _upstream() -> Path:
    """Kubernetes' own source, which the Go module cache holds once the tests are built."""
    recipe = tool("e2e").build
    if recipe is None or not shutil.which("go"):
        raise LookupError("the end-to-end tests are built with Go")
    done = subprocess.run(
        ["go", "list", "-m", "-f", "{{.Dir}}", "k8s.io/kubernetes"],
        cwd=recipe.directory, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return Path(done.stdout.strip())


def _with_lab_images(part: Path) -> Sequence[Image]:
    return [*golden.LAB_IMAGES.make(part), *images(part)]


E2E_IMAGES = golden.ImageSet(
    "e2e-images", (*golden.TOOLS, "agnhost", "e2e"), lambda: f"{golden.key()} {LAYOUT}", _with_lab_images
)
