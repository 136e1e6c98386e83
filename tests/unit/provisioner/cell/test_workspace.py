"""The workspace's mounts: quoted, without devices or set-id bits, in mount namespaces of cells only."""

import os
import subprocess
from pathlib import Path

import pytest

from labs.core.errors import InfrastructureError
from provisioner.cell import workspace
from provisioner.cell.spec import CellSpec, oci_config
from provisioner.cell.workspace import HELD_AT, device, holding, mount_script, with_workspace


def spec() -> CellSpec:
    return CellSpec(["true"], Path("/root"), 70000, "/taller/x", "aws", None, unprivileged_user=2000)


def test_the_sandboxs_cell_holds_it_with_the_cells_own_ids() -> None:
    mounts = oci_config(holding(spec(), Path("/run/w")))["mounts"]
    mount = next(each for each in mounts if each["destination"] == HELD_AT)
    assert mount["source"] == "/run/w"
    assert {"nosuid", "nodev", "idmap"} <= set(mount["options"])
    assert "ro" not in mount["options"]
    assert mount["uidMappings"] == [{"containerID": 0, "hostID": 70000, "size": 65536}]


def test_the_script_quotes_what_it_is_given(tmp_path: Path) -> None:
    odd = tmp_path / "it's $(touch pwned)"
    script = mount_script(odd / "disk", odd / "alias", odd / "place")
    for tool in ("ln", "mount", "rm", "rmdir"):
        script = f"{tool}() {{ printf '%s\\n' \"$@\"; }}\n{script}"
    said = subprocess.run(["sh", "-ec", script], cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    assert str(odd / "alias") in said.splitlines()
    assert "loop,noatime,nosuid,nodev" in said.splitlines()
    assert not list(tmp_path.rglob("pwned"))


def test_a_shells_mount_is_in_a_namespace_of_its_own_and_ends_with_its_code(tmp_path: Path) -> None:
    argv = with_workspace(["runc", "run", "a b"], Path("/dev/loop7"), tmp_path / "work")
    assert argv[:4] == ["unshare", "--mount", "--propagation", "private"]
    assert argv[-3:] == ["runc", "run", "a b"]
    assert "nosuid,nodev /dev/loop7" in argv[6]
    assert (tmp_path / "work").is_dir()


def test_a_cell_that_holds_none_has_no_device(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace, "HELD_AT", "/")
    monkeypatch.setattr(workspace, "LOOP_MAJOR", -1)
    assert device(os.getpid()) is None
    monkeypatch.setattr(workspace, "HELD_AT", "/there-is-no-such-place")
    assert device(os.getpid()) is None


def test_a_nodes_own_disk_is_no_workspace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace, "HELD_AT", "/")
    monkeypatch.setattr(workspace, "LOOP_MAJOR", os.major(os.lstat("/").st_dev))
    assert device(os.getpid()) is None


def test_a_sandbox_that_has_ended_is_told() -> None:
    with pytest.raises(InfrastructureError):
        device(2**22 + 1)
