from pathlib import Path

import pytest

from labs.lifecycle import up as up_module
from tests.unit.lifecycle.fakes import World


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    world = World(tmp_path)
    monkeypatch.setattr(up_module, "hand_over", world.hand_over)
    return world
