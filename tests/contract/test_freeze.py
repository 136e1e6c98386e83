"""Freezing a real lab: what the candidate had open is closed, what they had the right to is refused."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

TALLER = str(Path(sys.executable).parent / "taller")


def taller(*arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"TALLER_HOME": str(home)}
    return subprocess.run([TALLER, *arguments], env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[str]:
    done = taller("up", "--scenario", "orders_routing", "--candidate", "freeze", "--json", home=tmp_path)
    assert done.returncode == 0, done.stderr
    yield json.loads(done.stdout)["lab"]
    assert taller("down", "--all", home=tmp_path).returncode == 0


@pytest.mark.cluster
def test_freeze_ends_access_and_grading_goes_on(lab: str, tmp_path: Path) -> None:
    kubeconfig = tmp_path / "labs" / lab / "kubeconfig"
    copy = tmp_path / "kept-by-the-candidate"
    copy.write_text(kubeconfig.read_text())
    before = kubectl_get_pods(copy)
    assert before.returncode == 0, before.stderr
    environment = os.environ | {"TALLER_HOME": str(tmp_path)}
    shell = subprocess.Popen(
        [TALLER, "shell", lab, "--", "bash", "-c", "echo open; sleep 120"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert shell.stdout
    assert shell.stdout.readline() == "open\n"
    assert taller("freeze", lab, home=tmp_path).returncode == 0
    frozen_at = time.monotonic()
    assert shell.wait(timeout=10) != 0
    shell.stdout.close()
    assert time.monotonic() - frozen_at < 10
    assert not kubeconfig.exists()
    asked = kubectl_get_pods(copy)
    assert asked.returncode != 0
    assert "Forbidden" in asked.stderr or "Unauthorized" in asked.stderr or "logged in" in asked.stderr, asked.stderr
    graded = taller("grade", lab, "--json", home=tmp_path)
    assert graded.returncode == 1
    assert json.loads(graded.stdout)["points"] == 0
    refused = taller("shell", lab, "--", "true", home=tmp_path)
    assert refused.returncode == 2


def kubectl_get_pods(kubeconfig: Path) -> subprocess.CompletedProcess[str]:
    from provisioner.toolchain import tools  # noqa: PLC0415 - only where the toolchain is

    command = [str(tools.path("kubectl")), "--kubeconfig", str(kubeconfig), "get", "pods"]
    return subprocess.run(command, capture_output=True, text=True, check=False)
