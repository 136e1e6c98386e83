import multiprocessing
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from labs.core.errors import ToolchainError
from provisioner.toolchain import build, table
from provisioner.toolchain.table import Recipe

RECIPE = Recipe(module="m", packages=("./cmd/x",), tags=("netgo",), stamps={"main.version": "1"}, usual_seconds=1)


def scripted_go(directory: Path, script: str) -> None:
    go = directory / "go"
    go.write_text(f"#!/bin/sh\n{script}\n")
    go.chmod(0o755)


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(table, "MODULES", tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    (tmp_path / "m").mkdir()
    (tmp_path / "m/go.mod").touch()
    return tmp_path


def test_the_command_leaves_no_trace_of_the_place_of_building() -> None:
    command = build.command(RECIPE, Path("/out"))
    assert {"-trimpath", "-buildvcs=false", "-mod=readonly", "-tags=netgo"} <= set(command)
    assert "-ldflags=-s -w -buildid= -X=main.version=1" in command
    assert command[-3:] == ["-o", "/out/", "./cmd/x"]


def test_a_program_that_is_a_packages_tests_is_built_with_the_same_flags() -> None:
    usual, tests = (build.command(RECIPE.model_copy(update={"is_test": is_test}), Path("/out")) for is_test in (0, 1))
    assert tests == ["go", "test", "-c", *usual[2:]]


def test_a_c_part_is_linked_statically() -> None:
    linked = " ".join(build.command(RECIPE.model_copy(update={"cgo": True}), Path("/out")))
    assert "-linkmode=external -extldflags=-static" in linked


def test_the_environment_keeps_proxies_and_drops_what_changes_the_result() -> None:
    host = {"HTTPS_PROXY": "p", "GOPROXY": "q", "GOFLAGS": "-race", "GOOS": "plan9", "GOWORK": "w"}
    assert build.environment(RECIPE, host) == {"HTTPS_PROXY": "p", "GOPROXY": "q", "CGO_ENABLED": "0", "GOWORK": "off"}


def test_progress_counts_packages(module: Path) -> None:
    scripted_go(module, "echo a/b >&2; echo c/d >&2")
    told: list[str] = []
    build.go_build(RECIPE, module / "out", told=told.append)
    assert told == ["1 packages, a/b", "2 packages, c/d"]


FILES = Recipe(module="m", packages=("example.test/kinds",), files="crd/*.yaml", usual_seconds=1)


def test_files_of_a_module_are_joined_in_the_order_of_their_names(module: Path) -> None:
    (module / "kinds/crd").mkdir(parents=True)
    for name in ("b", "a"):
        (module / f"kinds/crd/{name}.yaml").write_text(f"kind: {name}\n")
    (module / "kinds/crd/README.md").touch()
    scripted_go(module, f'echo "$@" > {module}/asked; echo \'{{"Dir": "{module}/kinds"}}\'')
    build.go_build(FILES, module / "out", told=lambda _: None)
    assert (module / "asked").read_text().split() == ["mod", "download", "-json", "example.test/kinds"]
    assert (module / "out/m.yaml").read_text() == "---\nkind: a\n---\nkind: b\n"
    assert os.access(module / "out/m.yaml", os.X_OK)


def test_a_module_without_such_files_says_so(module: Path) -> None:
    scripted_go(module, f'echo \'{{"Dir": "{module}"}}\'')
    with pytest.raises(ToolchainError, match=r"example\.test/kinds has no crd"):
        build.go_build(FILES, module / "out", told=lambda _: None)


def test_a_module_that_cannot_be_had_says_so(module: Path) -> None:
    scripted_go(module, "echo no such host >&2; exit 1")
    with pytest.raises(ToolchainError, match="no such host") as caught:
        build.go_build(FILES, module / "out", told=lambda _: None)
    assert "proxy" in caught.value.hint


def test_a_failure_shows_the_compilers_last_words(module: Path) -> None:
    scripted_go(module, "for i in $(seq 99); do echo line $i; done; exit 1")
    with pytest.raises(ToolchainError) as caught:
        build.go_build(RECIPE, module / "out", told=lambda _: None)
    assert "line 99" in caught.value.message
    assert "line 84\n" not in caught.value.message
    assert caught.value.hint


def test_names_of_packages_do_not_hide_the_compilers_words(module: Path) -> None:
    scripted_go(module, "echo '# a/b'; echo 'b.go:1:2: undefined: x'; for i in $(seq 99); do echo c/d$i; done; exit 1")
    with pytest.raises(ToolchainError) as caught:
        build.go_build(RECIPE, module / "out", told=lambda _: None)
    assert caught.value.message.endswith("failed:\n# a/b\nb.go:1:2: undefined: x")


def test_no_compiler_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolchainError, match="no Go compiler") as caught:
        build.go_build(RECIPE, tmp_path, told=lambda _: None)
    assert "Install Go" in caught.value.hint


def test_no_module_says_so(module: Path) -> None:
    scripted_go(module, "true")
    (module / "m/go.mod").unlink()
    with pytest.raises(ToolchainError, match=r"no go\.mod"):
        build.go_build(RECIPE, module, told=lambda _: None)


def build_in(directory: Path) -> None:
    """Run by a process that the test kills."""
    table.MODULES = directory
    os.environ["PATH"] = f"{directory}:/usr/bin:/bin"
    build.go_build(RECIPE, directory / "out", told=lambda _: None)


@pytest.mark.skipif(not shutil.which("setpriv"), reason="util-linux is not installed")
def test_the_compiler_ends_when_its_starter_is_killed(module: Path) -> None:
    scripted_go(module, f"echo $$ > {module}/pid; exec sleep 60")
    starter = multiprocessing.get_context("spawn").Process(target=build_in, args=(module,))
    starter.start()
    compiler = int(eventually(lambda: (module / "pid").read_text() if (module / "pid").exists() else ""))
    starter.kill()
    starter.join(20)
    assert eventually(lambda: "gone" if not runs(compiler) else "") == "gone"


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def eventually(look: Callable[[], str]) -> str:
    for _ in range(400):
        if found := look().strip():
            return found
        time.sleep(0.05)
    raise AssertionError("not within 20 s")
