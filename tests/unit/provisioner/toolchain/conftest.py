from collections.abc import Iterator
from pathlib import Path

import pytest

from labs.core.settings import settings
from provisioner.toolchain import fetch


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty cache of tools, and no memory of refusals."""
    monkeypatch.setenv("TALLER_CACHE", str(tmp_path / "cache"))
    settings.cache_clear()
    fetch.forget_refusals()
    yield tmp_path / "cache"
    settings.cache_clear()
