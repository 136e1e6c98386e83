import json
import os
import socket
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from provisioner.pulumi.errors import StackBusyError
from provisioner.pulumi.locks import release_stale


def lock(directory: Path, *, pid: int, host: str = "", age_seconds: float = 0.0) -> Path:
    taken = datetime.fromtimestamp(datetime.now(UTC).timestamp() - age_seconds, UTC)
    content = {"pid": pid, "username": "root", "hostname": host or socket.gethostname(), "timestamp": taken.isoformat()}
    path = directory / f"{pid}.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def dead_pid() -> int:
    return next(pid for pid in range(4_000_000, 4_100_000) if not psutil.pid_exists(pid))


def test_no_directory_is_no_lock(tmp_path: Path) -> None:
    release_stale(tmp_path / "none")


def test_a_dead_owners_lock_is_released(tmp_path: Path) -> None:
    path = lock(tmp_path, pid=dead_pid())
    release_stale(tmp_path)
    assert not path.exists()


def test_a_living_owner_keeps_its_lock(tmp_path: Path) -> None:
    path = lock(tmp_path, pid=os.getpid())
    with pytest.raises(StackBusyError, match=str(os.getpid())):
        release_stale(tmp_path)
    assert path.exists()


def test_a_process_younger_than_the_lock_is_another(tmp_path: Path) -> None:
    path = lock(tmp_path, pid=os.getpid(), age_seconds=10 * 365 * 86400)
    release_stale(tmp_path)
    assert not path.exists()


def test_another_hosts_lock_is_not_ours_to_release(tmp_path: Path) -> None:
    lock(tmp_path, pid=dead_pid(), host="elsewhere")
    with pytest.raises(StackBusyError, match="elsewhere"):
        release_stale(tmp_path)


def test_a_half_written_lock_is_nobodys(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"pid": ', encoding="utf-8")
    release_stale(tmp_path)
    assert not list(tmp_path.iterdir())
