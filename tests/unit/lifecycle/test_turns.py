import multiprocessing
import threading
import time
from pathlib import Path

from labs.lifecycle.turns import turn


def _hold(directory: Path, seconds: float) -> None:
    with turn(directory, places=1, waiting=lambda: None):
        (directory / "held").touch()
        time.sleep(seconds)


def test_no_more_at_once_than_there_are_places(tmp_path: Path) -> None:
    inside, most, waited = 0, 0, 0
    lock = threading.Lock()

    def wait() -> None:
        nonlocal waited
        waited += 1

    def start() -> None:
        nonlocal inside, most
        with turn(tmp_path, places=2, waiting=wait):
            with lock:
                inside += 1
                most = max(most, inside)
            time.sleep(0.1)
            with lock:
                inside -= 1

    threads = [threading.Thread(target=start) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 2
    assert inside == 0
    assert waited >= 2


def test_who_is_killed_gives_the_turn_back(tmp_path: Path) -> None:
    holder = multiprocessing.get_context("spawn").Process(target=_hold, args=(tmp_path, 60.0))
    holder.start()
    while not (tmp_path / "held").exists():
        time.sleep(0.01)
    holder.kill()
    holder.join()
    begun = time.monotonic()
    with turn(tmp_path, places=1, waiting=lambda: None):
        assert time.monotonic() - begun < 5
