from importlib import metadata
from pathlib import Path

import pytest

from provisioner.account import missing
from provisioner.account.missing import PLUGIN, plugin, problems


def _executable(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o755)
    return path


def test_a_host_without_plugin_and_credentials_says_both(tmp_path: Path) -> None:
    said = problems({"PATH": ""}, home=tmp_path)
    assert len(said) == 2
    assert f"pulumi plugin install resource aws {metadata.version('pulumi-aws')}" in said[0]
    assert "AWS_PROFILE" in said[1]


def test_a_host_without_the_package_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(missing, "has_package", lambda: False)
    assert "pip install 'taller[account]'" in problems({"PATH": ""}, home=tmp_path)[0]


def test_a_plugin_on_the_path_is_found(tmp_path: Path) -> None:
    binary = _executable(tmp_path / "bin" / PLUGIN)
    variables = {"PATH": str(binary.parent), "AWS_PROFILE": "labs"}
    assert plugin(variables, home=tmp_path) == binary
    assert problems(variables, home=tmp_path) == []


def test_a_plugin_that_pulumi_installed_is_found_if_it_is_of_the_packages_version(tmp_path: Path) -> None:
    plugins = tmp_path / ".pulumi/plugins"
    _executable(plugins / "resource-aws-v6.0.0" / PLUGIN)
    assert plugin({"PATH": ""}, home=tmp_path) is None
    right = _executable(plugins / f"resource-aws-v{metadata.version('pulumi-aws')}" / PLUGIN)
    assert plugin({"PATH": ""}, home=tmp_path) == right


def test_a_credentials_file_is_enough_and_nothing_is_asked_of_the_network(tmp_path: Path) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/config").touch()
    assert not any("credentials" in each for each in problems({"PATH": ""}, home=tmp_path))
