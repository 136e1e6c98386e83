import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from provisioner.pulumi.backend import Backend


def test_one_passphrase_whoever_comes_first(tmp_path: Path) -> None:
    backend = Backend(tmp_path / "pulumi", lambda: Path("pulumi"))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(backend.prepare, ["a-0001"] * 8))
    path = backend.home / "passphrase"
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(path.read_text(encoding="utf-8")) > 30
    assert [p.name for p in backend.home.iterdir() if p.name.startswith("passphrase")] == ["passphrase"]


def test_the_environment_asks_nothing_of_the_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "somebody's own")
    monkeypatch.setenv("PULUMI_ACCESS_TOKEN", "somebody's own")
    backend = Backend(tmp_path, lambda: Path("pulumi"))
    backend.prepare("a-0001")
    found = backend.environment(stack="a-0001", debug_port=1234)
    assert found["PULUMI_BACKEND_URL"] == f"file://{tmp_path}"
    assert found["PULUMI_DEBUG_PROVIDERS"] == "taller:1234"
    assert found["PULUMI_SKIP_UPDATE_CHECK"] == "true"
    assert found["TALLER_LAB"] == "a-0001"
    assert not {"PULUMI_CONFIG_PASSPHRASE", "PULUMI_ACCESS_TOKEN"} & set(found)
    assert found["PATH"] == os.environ["PATH"]


def test_a_shared_backend_is_used_as_it_is(tmp_path: Path) -> None:
    backend = Backend(tmp_path, lambda: Path("pulumi"), "s3://labs")
    backend.prepare("a-0001")
    assert backend.environment(stack="a-0001")["PULUMI_BACKEND_URL"] == "s3://labs"
    assert not backend.is_local
