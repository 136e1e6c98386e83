"""Freezing a real lab: what the candidate had open is closed, what they had the right to is refused."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.command import ended, started, taller


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[str]:
    yield taller("up", "--scenario", "orders_routing", "--candidate", "freeze", home=tmp_path)["lab"]
    taller("down", "--all", home=tmp_path)


@pytest.mark.cluster
def test_freeze_ends_access_and_grading_goes_on(lab: str, tmp_path: Path) -> None:
    kubeconfig = tmp_path / "labs" / lab / "kubeconfig"
    copy = tmp_path / "kept-by-the-candidate"
    copy.write_text(kubeconfig.read_text())
    before = kubectl_get_pods(copy)
    assert before.returncode == 0, before.stderr
    shell = started("shell", lab, "--", "bash", "-c", "echo open; sleep 120", home=tmp_path)
    assert shell.stdout
    assert shell.stdout.readline() == "open\n"
    taller("freeze", lab, home=tmp_path)
    frozen_at = time.monotonic()
    assert shell.wait(timeout=10) != 0
    shell.stdout.close()
    assert time.monotonic() - frozen_at < 10
    assert not kubeconfig.exists()
    asked = kubectl_get_pods(copy)
    assert asked.returncode != 0
    assert "Forbidden" in asked.stderr or "Unauthorized" in asked.stderr or "logged in" in asked.stderr, asked.stderr
    assert taller("grade", lab, home=tmp_path, expected=(1,))["points"] == 0
    refused = ended("shell", lab, "--", "true", home=tmp_path)
    assert refused.returncode == 2


def kubectl_get_pods(kubeconfig: Path) -> subprocess.CompletedProcess[str]:
    from provisioner.toolchain import tools  # noqa: PLC0415 - only where the toolchain is

    command = [str(tools.path("kubectl")), "--kubeconfig", str(kubeconfig), "get", "pods"]
    return subprocess.run(command, capture_output=True, text=True, check=False)
