"""Two processes, and one that is killed: a place appears once, whole."""

import multiprocessing
import os
import signal
import time
from multiprocessing.synchronize import Event
from pathlib import Path

from provisioner.toolchain import whole

SPAWN = multiprocessing.get_context("spawn")


def note(log: Path, word: str) -> None:
    with log.open("a") as file:
        file.write(f"{word}\n")


def make(parent: Path, log: Path, seconds: float) -> None:
    with whole.lock(parent, "thing", waiting=lambda: note(log, "waited")):
        place = parent / "thing"
        if place.exists():
            return
        part = whole.workplace(parent, "thing")
        (part / "first").touch()
        time.sleep(seconds)
        (part / "second").touch()
        note(log, "made")
        whole.put(part, place)


def make_and_hang(parent: Path, half_made: Event) -> None:
    with whole.lock(parent, "thing", waiting=lambda: None):
        part = whole.workplace(parent, "thing")
        (part / "first").touch()
        half_made.set()
        time.sleep(60)


def test_two_processes_make_a_thing_once(tmp_path: Path) -> None:
    log = tmp_path / "log"
    makers = [SPAWN.Process(target=make, args=(tmp_path / "cache", log, 1.5)) for _ in range(2)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join(20)
        assert maker.exitcode == 0
    assert sorted(log.read_text().split()) == ["made", "waited"]
    assert sorted(each.name for each in (tmp_path / "cache/thing").iterdir()) == ["first", "second"]


def test_after_a_kill_in_the_middle_the_next_start_makes_it_whole(tmp_path: Path) -> None:
    half_made = SPAWN.Event()
    victim = SPAWN.Process(target=make_and_hang, args=(tmp_path, half_made))
    victim.start()
    assert half_made.wait(20)
    assert victim.pid is not None
    os.kill(victim.pid, signal.SIGKILL)
    victim.join(20)
    assert not (tmp_path / "thing").exists()
    assert len(list(tmp_path.glob(".part-thing-*"))) == 1

    make(tmp_path, tmp_path / "log", 0.0)

    assert (tmp_path / "log").read_text() == "made\n"
    assert not list(tmp_path.glob(".part-*"))
    assert (tmp_path / "thing/second").exists()


def test_put_replaces_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "thing").mkdir()
    (tmp_path / "thing/old").touch()
    part = whole.workplace(tmp_path, "thing")
    (part / "new").touch()
    whole.put(part, tmp_path / "thing")
    assert [each.name for each in (tmp_path / "thing").iterdir()] == ["new"]


def test_old_ones_go_by_rank_and_by_age_and_the_kept_one_stays(tmp_path: Path) -> None:
    now = time.time()
    for age_days, name in enumerate(("t-0", "t-1", "t-2", "t-3")):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (now - age_days * 86_400,) * 2)
    whole.remove_old(tmp_path, "t-*", keep=tmp_path / "t-3", unused_days=1.5, kept=5)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["t-0", "t-1", "t-3"]
    whole.remove_old(tmp_path, "t-*", keep=tmp_path / "t-3", unused_days=9, kept=1)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["t-0", "t-3"]


def test_using_a_directory_renews_it(tmp_path: Path) -> None:
    os.utime(tmp_path, (0, 0))
    whole.used(tmp_path)
    assert time.time() - tmp_path.stat().st_mtime < 60


def test_scratch_is_gone_afterwards(tmp_path: Path) -> None:
    with whole.scratch(tmp_path, "work") as directory:
        (directory / "file").touch()
    assert not directory.exists()
