"""Directories that appear whole or not at all, made once however many processes want them.

A directory is made aside, under a lock, and renamed into place. So a reader needs no lock, a killed maker leaves only
a `.part-` directory, and the next maker removes that.
"""

import fcntl
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def lock(parent: Path, name: str, *, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the lock `name` of a directory; `waiting` is called once when another process has it. Death frees it."""
    parent.mkdir(parents=True, exist_ok=True)
    with (parent / f".{name}.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def workplace(parent: Path, name: str) -> Path:
    """A fresh directory to make something in; leftovers of killed makers are gone. Needs the lock."""
    for leftover in parent.glob(f".part-{name}-*"):
        shutil.rmtree(leftover)
    part = parent / f".part-{name}-{os.getpid()}"
    part.mkdir(parents=True)
    return part


def put(part: Path, place: Path) -> None:
    """What was made is in its place; what was there before is gone. Needs the lock."""
    if place.exists():
        shutil.rmtree(place)
    part.rename(place)


def remove_old(parent: Path, pattern: str, *, keep: Path, unused_days: float, kept: int) -> None:
    """Directories of the pattern that were not used for so long, or are beyond the `kept` newest, are gone.

    A directory counts as used when its modification time is renewed (`used`). `keep` stays.
    """
    others = [(directory.stat().st_mtime, directory) for directory in parent.glob(pattern) if directory != keep]
    oldest = time.time() - unused_days * 86_400
    for rank, (when, directory) in enumerate(sorted(others, reverse=True)):
        if rank >= kept or when < oldest:
            shutil.rmtree(directory, ignore_errors=True)


def used(directory: Path) -> None:
    """The directory counts as used now."""
    os.utime(directory)


@contextmanager
def scratch(parent: Path, name: str) -> Iterator[Path]:
    """A directory below `parent` that is gone when the context ends."""
    directory = parent / f".{name}"
    directory.mkdir()
    try:
        yield directory
    finally:
        shutil.rmtree(directory)
