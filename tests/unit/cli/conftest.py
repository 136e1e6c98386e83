import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from labs.cli import tools
from labs.cli.main import run
from labs.core.settings import settings
from labs.lifecycle import up as up_module
from labs.lifecycle import wiring
from tests.unit.lifecycle.fakes import World


@dataclass(frozen=True)
class Done:
    """A command that ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as the one JSON document it must be."""
        return json.loads(self.out)


Taller = Callable[..., Done]


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A TALLER_HOME of the test's own, and no toolchain to be built by mistake."""
    monkeypatch.setenv("TALLER_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(tools, "build_toolchain", lambda: pytest.fail("a unit test built the toolchain"))
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def taller(capsys: pytest.CaptureFixture[str]) -> Taller:
    """Run a command line in this process."""

    def done(*arguments: str) -> Done:
        code = run(arguments)
        captured = capsys.readouterr()
        return Done(code, captured.out, captured.err)

    return done


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """Labs on a host that is made up, with the toolchain in place."""
    world = World(tmp_path / "home")
    monkeypatch.setattr(up_module, "hand_over", world.hand_over)
    monkeypatch.setattr(wiring, "real_context", lambda *_: world.context())
    monkeypatch.setattr(tools, "ensure_toolchain", lambda: None)
    return world
