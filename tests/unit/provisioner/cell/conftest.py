"""Settings of a host of the tests' own."""

from pathlib import Path

import pytest

from labs.core.settings import Settings


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", run=tmp_path / "run", cache=tmp_path / "cache")
