import pytest
from pydantic import ValidationError

from labs.core.errors import NotFoundError
from provisioner.toolchain import table


def test_every_tool_can_be_built_from_a_module_of_ours() -> None:
    for each in table.table().values():
        assert each.build, each.name
        assert (table.MODULES / each.build.module / "go.mod").is_file(), each.name
        assert len(each.build.packages) == len(each.binaries), each.name
        for source in each.build.sources:
            assert source == "internal" or (each.build.directory / source).is_dir(), (each.name, source)


def test_go_names_each_binary_after_its_package() -> None:
    for each in table.table().values():
        assert each.build
        if each.build.files:
            assert each.binaries == (f"{each.build.module}.yaml",)
            continue
        suffix = ".test" if each.build.is_test else ""
        names = {package.rstrip("/").split("/")[-1] + suffix for package in each.build.packages}
        assert names in ({"."}, set(each.binaries)), each.name


def test_a_version_built_is_the_version_pinned() -> None:
    for name in ("containerd", "runc", "cni", "pulumi", "coredns", "helm", "ginkgo", "gatewayapi"):
        each = table.tool(name)
        assert each.build
        required = (each.build.directory / "go.mod").read_text().split()
        assert f"v{each.version}" in required, name


def test_a_download_is_checksummed_or_says_why_it_is_not_tried() -> None:
    releases = [each.release for each in table.table().values() if each.release]
    assert releases
    for release in releases:
        assert release.url.startswith("https://")
        assert release.sha256 or release.disabled


def test_a_release_without_checksum_and_reason_is_refused() -> None:
    with pytest.raises(ValidationError, match="disabled"):
        table.Release(url="https://example.test/x", members={"x": ""})


def test_a_binary_finds_its_tool() -> None:
    assert table.tool("ctr").name == "containerd"
    assert table.tool("ptp").name == "cni"


def test_an_unknown_tool_is_named() -> None:
    with pytest.raises(NotFoundError, match="frobnicate"):
        table.tool("frobnicate")
