"""A cell's words: bounded in size, and only while somebody listens."""

import os
import subprocess
import time
from pathlib import Path

import pytest

from provisioner.cell.output import SIZE_BYTES, Listener, make_output, said


def wait_for(path: Path, text: str) -> None:
    deadline = time.monotonic() + 5
    while text not in path.read_text() and time.monotonic() < deadline:
        time.sleep(0.005)
    assert text in path.read_text()


def test_words_reach_the_file_in_order(tmp_path: Path) -> None:
    file = tmp_path / "events"
    output = make_output("output")
    listener = Listener({output: file})
    os.write(output, b"one\n")
    wait_for(file, "one\n")
    os.write(output, b"two\n" * 50_000)  # more than is copied at once
    listener.close()
    listener.close()
    assert file.read_text() == "one\n" + "two\n" * 50_000


def test_nothing_is_forged_later(tmp_path: Path) -> None:
    output = make_output("output")
    stolen = os.dup(output)
    listener = Listener({output: tmp_path / "events"})
    os.write(stolen, b"honest\n")
    listener.close()
    os.pwrite(stolen, b"forged\n", 0)
    os.close(stolen)
    assert (tmp_path / "events").read_text() == "honest\n"


def test_it_takes_so_much_and_no_more() -> None:
    output = make_output("output")
    assert os.write(output, b"x" * SIZE_BYTES) == SIZE_BYTES
    with pytest.raises(PermissionError):
        os.write(output, b"x")
    with pytest.raises(PermissionError):
        os.ftruncate(output, 2 * SIZE_BYTES)
    assert os.fstat(output).st_size == SIZE_BYTES
    os.close(output)


def test_a_second_listener_starts_at_the_start(tmp_path: Path) -> None:
    """As after a maker's death: the same words at the same places."""
    output = make_output("output")
    again = os.dup(output)
    first = Listener({output: tmp_path / "events"})
    os.write(again, b"one\n")
    wait_for(tmp_path / "events", "one\n")
    second = Listener({os.dup(again): tmp_path / "events"})
    os.write(again, b"two\n")
    first.close()
    second.close()
    os.close(again)
    assert (tmp_path / "events").read_text() == "one\ntwo\n"


def test_a_program_writes_to_it() -> None:
    output = make_output("output")
    subprocess.run(["sh", "-c", "echo hello; echo world"], stdout=output, check=True)
    assert said(output) == b"hello\nworld\n"
    assert said(output, 6) == b"world\n"
    os.close(output)
