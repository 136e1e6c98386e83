"""What goes wrong with a lab: its node dies, its boot fails, the toolchain is gone. Nothing is left, and it is told."""

import os
import signal
from pathlib import Path

import psutil
import pytest

from labs.core.errors import InfrastructureError, TimedOutError
from labs.core.ids import LabId, new_lab_id
from labs.core.ports import CandidateAccess, Limits, SandboxSpec
from labs.core.settings import Settings
from provisioner.cell import cgroups
from provisioner.labnode import engine as engine_module
from provisioner.labnode.engine import LabnodeEngine
from tests.contract.clusters import until
from tests.contract.labs import lab, leftovers

pytestmark = pytest.mark.cluster

LIMITS = Limits(memory_mib=900, disk_mib=512)
NOTICED_SECONDS = 5.0


def named(lab_id: LabId, name: str) -> int:
    """The host's pid of a lab's process."""
    found = (each for each in psutil.process_iter(["name"]) if each.info["name"] == name)
    return next(each.pid for each in found if each.pid in cgroups.pids(lab_id))


@pytest.mark.parametrize("victim", ["tini", "labnode", "containerd"])
def test_a_dead_node_has_vanished_and_is_removed(victim: str, tmp_path: Path) -> None:
    with lab(tmp_path, limits=LIMITS) as target:
        os.kill(named(target.spec.lab, victim), signal.SIGKILL)
        until(lambda: not target.engine.is_alive(target.spec.lab), seconds=NOTICED_SECONDS, every=0.02)
        assert target.engine.is_alive(target.spec.lab) is False
        with pytest.raises(InfrastructureError, match="does not run"):
            target.engine.command_in_cell(target.spec.lab, ["true"], CandidateAccess())
        target.engine.destroy(target.spec.lab)
        target.engine.destroy(target.spec.lab)
        assert leftovers(target.spec.lab) == []


def test_a_vanished_lab_is_made_anew(tmp_path: Path) -> None:
    with lab(tmp_path, limits=LIMITS) as target:
        os.kill(target.pid, signal.SIGKILL)
        until(lambda: not target.engine.is_alive(target.spec.lab), seconds=NOTICED_SECONDS, every=0.02)
        handle = target.engine.create(target.spec)
        assert handle.admin != target.handle.admin, "another cluster, with keys of its own"
        assert target.engine.is_alive(target.spec.lab)


def test_a_lab_goes_without_the_toolchain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with lab(tmp_path, limits=LIMITS) as target:
        gone = Settings(home=tmp_path, cache=tmp_path / "gone")
        monkeypatch.setattr(engine_module, "settings", lambda: gone)
        engine_module.nft_command.cache_clear()
        LabnodeEngine(gone).destroy(target.spec.lab)
        assert leftovers(target.spec.lab) == []
        assert not target.engine.is_alive(target.spec.lab)
    engine_module.nft_command.cache_clear()


def test_a_lab_goes_without_its_files(tmp_path: Path) -> None:
    """Its slot, its runtime's state and its directory lost: found by what only labs have."""
    with lab(tmp_path, limits=LIMITS) as target:
        slot = target.slot
        (target.config.run / "slots" / f"{slot.number}.json").unlink()
        left = {each.partition(" ")[0] for each in leftovers(target.spec.lab)}
        assert {"cgroup", "directory"} <= left
        target.engine.destroy(target.spec.lab)
        target.engine.destroy(LabId(f"unknown-slot-{slot.number:04x}"))
        assert leftovers(target.spec.lab) == leftovers(f"unknown-slot-{slot.number:04x}") == []


def test_a_boot_that_takes_too_long_leaves_its_log_only(tmp_path: Path) -> None:
    config = Settings(home=tmp_path, node_ready_timeout_seconds=0.5)
    spec = SandboxSpec(new_lab_id("too-slow"), LIMITS)
    with pytest.raises(TimedOutError, match="was not ready within"):
        LabnodeEngine(config).create(spec)
    assert leftovers(spec.lab) == []
    assert not LabnodeEngine(config).is_alive(spec.lab)
    kept = {path.name for path in (tmp_path / "failed" / spec.lab).iterdir()}
    assert {"events.jsonl", "runc.log"} <= kept
    assert [path.name for path in tmp_path.iterdir() if path.name != "failed"] in ([], ["labs"])
    assert not list(tmp_path.glob("labs/*"))


def test_a_node_that_cannot_live_leaves_its_log_only(tmp_path: Path) -> None:
    """With a tenth of the memory that it needs."""
    spec = SandboxSpec(new_lab_id("too-small"), Limits(memory_mib=80, disk_mib=256))
    with pytest.raises(InfrastructureError, match=r"The node (ended|failed|was not ready)"):
        LabnodeEngine(Settings(home=tmp_path, node_ready_timeout_seconds=20)).create(spec)
    assert leftovers(spec.lab) == []
    assert (tmp_path / "failed" / spec.lab / "events.jsonl").exists()
    assert not list(tmp_path.glob("labs/*"))
