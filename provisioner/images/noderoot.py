"""The golden root file system of a lab's node: a small Debian userland and our tools, made once per host.

It belongs to the host's root and is never written to by a lab: each lab gets its /usr read-only, idmapped to the lab's
own id range. Three stages, so that a new labnode costs a second: `userland` (Debian packages), Python distributions,
and on top, hard linked, the toolchain's binaries and our own code for the cells.
"""

import hashlib
import os
import shutil
import stat
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from labs.core.errors import ToolchainError
from labs.core.settings import settings
from provisioner.images import debs, pythonland
from provisioner.toolchain import store, tools, whole
from provisioner.toolchain.progress import Progress, Silent
from provisioner.toolchain.table import Tool, table

NODE_PACKAGES = (
    "usr-is-merged", "base-files", "libc-bin", "bash", "coreutils", "findutils", "grep", "sed", "mawk", "diffutils",
    "tar", "gzip", "hostname", "procps", "util-linux", "mount", "tini", "ca-certificates",
    "iproute2", "nftables", "conntrack", "kmod",  # kube-proxy, the CNI plugins and kubelet call these
    "netbase",  # nft tells protocols by name, as kube-proxy reads them, only where /etc/protocols has the names
    "less", "vim-tiny", "nano", "curl", "jq", "openssl",  # for whoever opens a shell in the lab
    "bsdutils", "psmisc", "lsof", "strace", "iputils-ping", "netcat-openbsd", "tcpdump",  # and looks for what is wrong
    "systemd",  # the first process of nodes that are laid out as kubeadm does
    "python3",  # serves emulated AWS accounts, and the candidates' aws command
)  # fmt: skip
"""`usr-is-merged` spares us Perl, which its alternative would bring in."""

LAYOUT = 6
"""Raise it when the code below makes another tree from the same packages."""
UNUSED_DAYS = 7.0
"""A root that no `ensure` asked for in a week serves no lab any more and is removed when a new one is made."""
ROOTS_KEPT = 1000
"""By age alone: removing a root in use would break the labs on it."""

_MERGED = ("bin", "sbin", "lib", "lib64")
_DIRECTORIES = (
    "dev", "proc", "sys", "run", "mnt", "home", "root", "tmp", "etc/cni/net.d", "opt/cni/bin", "usr/local/bin",
    "var/cache", "var/lib/cni", "var/lib/containerd", "var/lib/kubelet", "var/log", "var/tmp",
)  # fmt: skip
_FILES = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/bash\n"
    "tcpdump:x:102:102::/nonexistent:/usr/sbin/nologin\n"  # whom it becomes once it listens
    "nobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n",
    "etc/group": "root:x:0:\ntty:x:5:\ntcpdump:x:102:\nnogroup:x:65534:\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
    "etc/hosts": "127.0.0.1 localhost\n",
    "etc/resolv.conf": "",
    "etc/hostname": "",
    "etc/machine-id": "",
}
_MOVED = {"var/run": "/run", "var/lock": "/run/lock"}
"""Directories in the packages that an installed Debian has as links."""
_LINKS = {
    "usr/bin/awk": "mawk",
    "usr/bin/vi": "vim.tiny",
    "usr/bin/vim": "vim.tiny",
    "usr/bin/nc": "nc.openbsd",
    "usr/bin/pager": "less",
    "usr/bin/sh": "bash",
}
"""What Debian's alternatives system, and dash, would make."""
PROGRAMS = ("etcd", "etcdctl", "etcdutl", "kube-proxy", "kubeadm", "kubelet")
"""What labnode is too, when called by these names."""

Ensure = Callable[[Sequence[str], Progress], object]


def path() -> Path:
    """The complete root. Raises ToolchainError when it is not there yet; makes nothing."""
    place = _root_place(_node_tools())
    if not place.is_dir():
        raise ToolchainError("The node's root file system is not there yet.", hint="`make toolchain` makes it.")
    return place


def ensure(progress: Progress | None = None) -> Path:
    """The complete root is there, the tools of a node in it; returns its directory. Idempotent, safe side by side.

    Binaries are in /usr/local/bin and /opt/cni/bin; kubectl is among them. Raises ToolchainError and HostError.
    """
    told, node_tools = progress or Silent(), _node_tools()
    place = _root_place(node_tools)
    if place.is_dir():
        whole.used(place)
        return place
    tools.ensure([each.name for each in node_tools], told)
    base = _with_python(userland(told), told)
    with whole.lock(place.parent, "root", waiting=lambda: told.started("node root", "waiting for another taller")):
        if not place.is_dir():
            _make_root(base, node_tools, place)
    return place


def userland(progress: Progress | None = None) -> Path:
    """The Debian part alone is there: bash, coreutils, nft, ip, tini… in a merged-/usr tree with an empty skeleton."""
    told, place = progress or Silent(), _directory() / f"userland-{_userland_key()}"
    with whole.lock(place.parent, "userland", waiting=lambda: told.started("node root", "waiting for another taller")):
        if not place.is_dir():
            told.started("node root", "unpacking Debian packages")
            part = whole.workplace(place.parent, "userland")
            _fill(part)
            whole.put(part, place)
            whole.remove_old(place.parent, "userland-*", keep=place, unused_days=UNUSED_DAYS, kept=1)
            told.finished("node root", "userland made")
    whole.used(place)
    return place


def _with_python(base: Path, told: Progress) -> Path:
    """The userland with the Python distributions: a stage of its own, since copying them takes half a minute."""
    place = _directory() / f"python-{_userland_key()}-{pythonland.distributions_key()}"
    with whole.lock(place.parent, "python", waiting=lambda: told.started("node root", "waiting for another taller")):
        if not place.is_dir():
            told.started("node root", "adding Python distributions")
            part = whole.workplace(place.parent, "python")
            _link_tree(base, part)
            pythonland.place_distributions(part)
            whole.put(part, place)
            whole.remove_old(place.parent, "python-*", keep=place, unused_days=UNUSED_DAYS, kept=1)
            told.finished("node root", "Python distributions added")
    whole.used(place)
    return place


def _link_tree(base: Path, part: Path) -> None:
    shutil.copytree(base, part, symlinks=True, copy_function=os.link, dirs_exist_ok=True)


def _directory() -> Path:
    return settings().cache / "noderoot"


def _node_tools() -> list[Tool]:
    return [each for each in table().values() if each.in_node]


def _userland_key() -> str:
    release = Path("/etc/os-release")
    text = "\n".join([str(LAYOUT), *NODE_PACKAGES, release.read_text(encoding="utf-8") if release.exists() else ""])
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _root_place(node_tools: Sequence[Tool]) -> Path:
    python = (pythonland.distributions_key(), pythonland.code_key())
    places = (f"{each.directory}/{each.name}={store.key(each)}" for each in node_tools)
    keys = [_userland_key(), *python, *PROGRAMS, *places]
    return _directory() / f"root-{hashlib.sha256(' '.join(keys).encode()).hexdigest()[:12]}"


def _fill(root: Path) -> None:
    root.chmod(0o755)
    for name in _MERGED:
        (root / "usr" / name).mkdir(parents=True, exist_ok=True)
        (root / name).symlink_to(f"usr/{name}")
    archives = root / ".archives"
    debs.unpack(debs.download(NODE_PACKAGES, archives), root)
    shutil.rmtree(archives)
    for name in _DIRECTORIES:
        (root / name).mkdir(parents=True, exist_ok=True)
    for name in ("tmp", "var/tmp"):
        (root / name).chmod(0o1777)
    for name, target in _MOVED.items():
        if (root / name).is_dir() and not (root / name).is_symlink():
            (root / name).rmdir()
            (root / name).symlink_to(target)
    for name, text in _FILES.items():
        (root / name).unlink(missing_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    for name, target in _LINKS.items():
        if not (root / name).exists():
            (root / name).symlink_to(target)
    _trust_certificates(root)
    _keep_with_openssl(root)
    _drop_set_id_bits(root)
    subprocess.run(["ldconfig", "-r", root], check=True)


def _trust_certificates(root: Path) -> None:
    """What ca-certificates' own script would do: one bundle of all authorities."""
    authorities = sorted((root / "usr/share/ca-certificates").rglob("*.crt"))
    bundle = root / "etc/ssl/certs/ca-certificates.crt"
    bundle.parent.mkdir(parents=True, exist_ok=True)
    bundle.write_text("".join(each.read_text(encoding="ascii") for each in authorities), encoding="ascii")


def _keep_with_openssl(root: Path) -> None:
    """A shell has the tree's /usr and an /etc of its own: openssl's settings are where it looks for them first."""
    settings_file = root / "usr/lib/ssl/openssl.cnf"
    if settings_file.is_symlink():
        settings_file.unlink()
        shutil.copy(root / "etc/ssl/openssl.cnf", settings_file)


def _drop_set_id_bits(root: Path) -> None:
    """Nobody but root lives in a node: su and mount need no power to lend."""
    for directory, _, names in os.walk(root):
        for name in names:
            mode = os.lstat(each := Path(directory) / name).st_mode
            if stat.S_ISREG(mode) and mode & (stat.S_ISUID | stat.S_ISGID):
                each.chmod(stat.S_IMODE(mode) & ~(stat.S_ISUID | stat.S_ISGID))


def _make_root(base: Path, node_tools: Sequence[Tool], place: Path) -> None:
    part = whole.workplace(place.parent, "root")
    _link_tree(base, part)
    pythonland.place_code(part)
    for each in node_tools:
        for binary in each.binaries:
            _place_binary(tools.path(binary), part / each.directory / binary)
    for name in PROGRAMS:
        (part / "usr/local/bin" / name).symlink_to("labnode")
    whole.put(part, place)
    whole.remove_old(place.parent, "root-*", keep=place, unused_days=UNUSED_DAYS, kept=ROOTS_KEPT)


def _place_binary(source: Path, target: Path) -> None:
    """A hard link where it can be one; a copy of what lies on another file system (a tool of the host's)."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source.resolve(), target)
    except OSError:
        shutil.copy2(source, target)
    target.chmod(0o755)
