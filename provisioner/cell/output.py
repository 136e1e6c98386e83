"""What a cell's first process says, so that it can neither fill the host's disk nor forge what was said before.

Its standard output and error are memory of a fixed size. Files of the host behind them would be the cell's root's to
fill: it can take the descriptors (pidfd_getfd(2)). While somebody listens, what is said is copied to a file.
"""

import fcntl
import os
import threading
from collections.abc import Mapping
from pathlib import Path

SIZE_BYTES = 1024 * 1024
"""A boot says 5 KiB. Writing past the end fails in the cell (F_SEAL_GROW)."""
POLL_SECONDS = 0.005
_CHUNK_BYTES = 64 * 1024


def make_output(name: str) -> int:
    """Return a descriptor of memory that takes SIZE_BYTES and no more, from its start."""
    descriptor = os.memfd_create(name, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(descriptor, SIZE_BYTES)
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL)
    return descriptor


def said(descriptor: int, offset: int = 0) -> bytes:
    """What was said from `offset` on (64 KiB at most)."""
    return os.pread(descriptor, _CHUNK_BYTES, offset).partition(b"\0")[0]


class Listener:
    """Copies outputs to files, from their start, until it is closed; what is said later reaches no file."""

    def __init__(self, outputs: Mapping[int, Path]) -> None:
        """The descriptors are the listener's from now on; the files exist."""
        self._copies = [
            (source, os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)) for source, path in outputs.items()
        ]
        self._offsets = dict.fromkeys(outputs, 0)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="cell output", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Everything said until now is in the files. Idempotent."""
        if self._ended.is_set():
            return
        self._ended.set()
        self._thread.join()
        self._copy()
        for source, target in self._copies:
            os.close(source)
            os.close(target)

    def _listen(self) -> None:
        while not self._ended.wait(POLL_SECONDS):
            self._copy()

    def _copy(self) -> None:
        for source, target in self._copies:
            while data := said(source, self._offsets[source]):
                # At the same place as in the memory: two listeners of one cell write the same file.
                os.pwrite(target, data, self._offsets[source])
                self._offsets[source] += len(data)
