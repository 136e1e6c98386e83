"""The root directory of a cell that writes nothing but to memory."""

from pathlib import Path

_DIRECTORIES = ("dev", "etc", "home", "mnt", "proc", "run", "tmp", "usr", "var/tmp")
_LINKS = {"bin": "usr/bin", "sbin": "usr/sbin", "lib": "usr/lib", "lib64": "usr/lib64"}


def lay_out(root: Path) -> None:
    """The skeleton is there: mount points, merged-/usr links, names of this host. Idempotent."""
    for name in _DIRECTORIES:
        (root / name).mkdir(parents=True, exist_ok=True)
    for name, target in _LINKS.items():
        if not (root / name).is_symlink():
            (root / name).symlink_to(target)
    (root / "etc/nsswitch.conf").write_text("hosts: files dns\n")
    (root / "etc/hosts").write_text("127.0.0.1 localhost\n")
