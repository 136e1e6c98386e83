"""Locks that a killed Pulumi left behind."""

import json
import socket
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import psutil

from provisioner.pulumi.errors import StackBusyError

_CLOCK_SLACK_SECONDS = 2.0


def release_stale(directory: Path) -> None:
    """No lock of a dead owner is left in the directory (of one stack). Raises StackBusyError when its owner lives.

    The file backend writes who locks (`lockContent` in Pulumi's backend/diy/lock.go): pid, host, time. A lock of this
    host whose process is gone, or is younger than the lock, is nobody's.
    """
    for path in directory.glob("*.json") if directory.is_dir() else ():
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            pid, host = int(content["pid"]), str(content["hostname"])
            taken = datetime.fromisoformat(str(content["timestamp"])).timestamp()
        except FileNotFoundError:
            continue
        except (ValueError, KeyError, TypeError):
            path.unlink(missing_ok=True)  # half-written by a process that was killed
            continue
        if host == socket.gethostname() and not _is_owner_alive(pid, taken):
            path.unlink(missing_ok=True)
        else:
            raise StackBusyError(
                f"Process {pid} on {host} works on this lab since {content['timestamp']}.",
                hint="Wait until it ends, or end it and try again.",
                lock=str(path),
            )


def _is_owner_alive(pid: int, taken: float) -> bool:
    with suppress(psutil.NoSuchProcess):
        return bool(psutil.Process(pid).create_time() <= taken + _CLOCK_SLACK_SECONDS)
    return False
