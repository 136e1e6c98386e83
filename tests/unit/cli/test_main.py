import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from labs.cli.main import BROKEN_PIPE, INTERRUPTED
from labs.core.errors import ExitCode
from labs.core.settings import settings
from labs.lifecycle import wiring
from tests.unit.cli.conftest import Taller

TALLER = Path(sys.executable).parent / "taller"


def test_version(taller: Taller) -> None:
    done = taller("--version")
    assert (done.code, done.out) == (0, f"taller {version('taller')}\n")


def test_without_a_command_the_help_is_shown(taller: Taller) -> None:
    done = taller()
    assert done.code == ExitCode.INPUT
    assert "Commands:" in done.out + done.err


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["nosuch"], "nosuch"),
        (["show"], "LAB"),
        (["hint", "ana-0001", "orders_routing", "--lang", "fr"], "--lang"),
        (["plan", "x.md", "--minutes", "0"], "--minutes"),
        (["plan", "x.md", "--minutes", "soon"], "--minutes"),
        (["up", "--scenario", "orders_routing"], "--candidate"),
        (["grade", "ana-0001", "--nosuch"], "--nosuch"),
    ],
)
def test_wrong_usage_says_what_is_wrong(taller: Taller, arguments: list[str], named: str) -> None:
    plain = taller(*arguments)
    assert (plain.code, plain.out) == (ExitCode.INPUT, "")
    assert named in plain.err
    assert "Traceback" not in plain.err
    programs = taller(*arguments, "--json")
    assert programs.code == ExitCode.INPUT
    assert programs.document["kind"] == "UsageError"
    assert named in programs.document["error"]


def test_a_failure_that_nobody_foresaw_is_no_failed_grade(taller: Taller, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr(wiring, "real_context", broken)
    done = taller("grade", "ana-0001", "--json")
    assert done.code == ExitCode.INFRASTRUCTURE
    assert "KeyError" in done.document["error"]
    assert "Traceback" in done.err
    assert "taller sweep" in done.err


def test_an_interruption_names_the_way_to_clean_up(taller: Taller, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(wiring, "real_context", interrupted)
    done = taller("list")
    assert done.code == INTERRUPTED
    assert "taller sweep" in done.err


def test_who_ends_a_command_interrupts_it() -> None:
    """As a service manager does, or a job that is cancelled: what was made is removed, as after Ctrl-C."""
    script = "import os, signal, labs.cli.main as m; m.run = lambda _: os.kill(os.getpid(), signal.SIGTERM); m.main()"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stderr.endswith("KeyboardInterrupt\n")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TALLER_MAX_LABS", "many"),
        ("TALLER_MAX_LABS", "0"),
        ("TALLER_ADDRESS_RANGE", "here"),
        ("TALLER_TTL_SECONDS", "4h"),
    ],
)
def test_settings_that_cannot_be_used_are_named(
    taller: Taller, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    settings.cache_clear()
    done = taller("list", "--json")
    assert done.code == ExitCode.INPUT
    assert f"{name}={value}" in done.document["error"]


def test_a_home_that_is_a_file_is_refused(taller: Taller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("TALLER_HOME", str(tmp_path / "file"))
    settings.cache_clear()
    done = taller("list")
    assert done.code == ExitCode.INPUT
    assert "TALLER_HOME" in done.err


def test_a_relative_home_is_the_same_from_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TALLER_HOME", "labs")
    settings.cache_clear()
    assert settings().home == tmp_path / "labs"


def test_an_empty_inventory_is_said(taller: Taller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("provisioner.inventory.host_inventory", lambda: ())
    assert "Nothing of Taller's" in taller("inventory").out
    assert taller("inventory", "--json").document == []


def test_a_reader_that_goes_away_is_no_verdict() -> None:
    line = f"{TALLER} --help | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (BROKEN_PIPE, "")


def test_any_encoding_of_the_terminal_will_do(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "TALLER_HOME": str(tmp_path)}
    done = subprocess.run([TALLER, "plan", "nö.md"], env=environment, capture_output=True, check=False)
    assert done.returncode == ExitCode.INPUT
    assert b"Traceback" not in done.stderr
