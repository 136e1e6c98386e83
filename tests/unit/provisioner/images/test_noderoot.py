import os
import stat
from pathlib import Path

import pytest

from labs.core.errors import ToolchainError
from labs.core.settings import settings
from provisioner.images import noderoot


def test_set_id_bits_are_dropped_and_links_left_alone(tmp_path: Path) -> None:
    (tmp_path / "su").write_text("x")
    (tmp_path / "su").chmod(0o6755)
    (tmp_path / "link").symlink_to("nowhere")
    noderoot._drop_set_id_bits(tmp_path)
    assert stat.S_IMODE((tmp_path / "su").stat().st_mode) == 0o755
    assert (tmp_path / "link").is_symlink()


def test_authorities_become_one_bundle(tmp_path: Path) -> None:
    place = tmp_path / "usr/share/ca-certificates/mozilla"
    place.mkdir(parents=True)
    for name in ("b", "a"):
        (place / f"{name}.crt").write_text(f"{name}\n")
    noderoot._trust_certificates(tmp_path)
    assert (tmp_path / "etc/ssl/certs/ca-certificates.crt").read_text() == "a\nb\n"


def test_binaries_are_linked_or_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tool").write_text("x")
    noderoot._place_binary(tmp_path / "tool", tmp_path / "linked")
    assert (tmp_path / "linked").samefile(tmp_path / "tool")

    def other_file_system(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", other_file_system)
    noderoot._place_binary(tmp_path / "tool", tmp_path / "copied")
    assert not (tmp_path / "copied").samefile(tmp_path / "tool")
    assert stat.S_IMODE((tmp_path / "copied").stat().st_mode) == 0o755


def test_a_path_is_a_question(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALLER_CACHE", str(tmp_path))
    settings.cache_clear()
    try:
        with pytest.raises(ToolchainError, match="not there yet"):
            noderoot.path()
    finally:
        settings.cache_clear()
    assert not list(tmp_path.iterdir())


def test_a_node_holds_what_kubernetes_calls() -> None:
    names = {each.name for each in noderoot._node_tools()}
    tofu = {"opentofu", "awsplans", "terragrunt"}
    of_kubernetes = {"labnode", "kubectl", "containerd", "runc", "cni", "podgate", "gatewayapi", "helm", "crictl"}
    assert names == of_kubernetes | tofu
