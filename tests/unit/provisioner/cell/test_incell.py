"""Files into a workspace and tools upon it, with the host's own shell in place of a cell's."""

import io
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from labs.core.errors import InfrastructureError, UnreachableError
from labs.core.probes import WORKSPACE, ToolRequest
from provisioner.cell.incell import place, run_tool


def plainly(command: Sequence[str]) -> Sequence[str]:
    return command


def test_files_are_placed_by_a_tar_inside_the_cell(tmp_path: Path) -> None:
    seen = tmp_path / "seen.tar"
    asked: list[Sequence[str]] = []

    def in_cell(command: Sequence[str]) -> Sequence[str]:
        asked.append(command)
        return ["sh", "-c", f"cat > {seen}"]

    place(in_cell, "shop", {"b/main.tf": "two", "a.tf": "one"})
    with tarfile.open(fileobj=io.BytesIO(seen.read_bytes())) as archive:
        assert archive.getnames() == ["a.tf", "b/main.tf"]
        assert {entry.mode for entry in archive} == {0o644}
    assert asked[0][-1] == f"{WORKSPACE}/shop"


def test_what_cannot_be_placed_says_why() -> None:
    with pytest.raises(InfrastructureError, match="no room"):
        place(lambda _: ["sh", "-c", "cat > /dev/null; echo no room >&2; exit 1"], "shop", {"a.tf": "one"})


def test_a_tool_gets_its_input_and_answers() -> None:
    answer = run_tool(plainly, ToolRequest(("sh", "-c", "cat; echo bad >&2; exit 3"), stdin="hello"))
    assert (answer.exit_code, answer.stdout, answer.stderr) == (3, "hello", "bad\n")


def test_output_beyond_the_bound_is_forgotten_and_nobody_waits() -> None:
    script = "import sys; sys.stdout.write('x' * 3_000_000)"
    answer = run_tool(plainly, ToolRequest((sys.executable, "-c", script), output_max_bytes=1000))
    assert (answer.exit_code, len(answer.stdout)) == (0, 1000)


def test_a_tool_that_reads_nothing_is_no_trouble() -> None:
    assert run_tool(plainly, ToolRequest(("true",), stdin="x" * 1_000_000)).exit_code == 0


def test_a_tool_that_does_not_end_is_ended_and_says_nothing_of_the_candidate() -> None:
    with pytest.raises(UnreachableError, match=r"within 0\.2 s"):
        run_tool(plainly, ToolRequest(("sleep", "20"), timeout_seconds=0.2))


def test_a_tool_that_has_to_be_killed_did_not_end_either() -> None:
    deaf = "trap '' TERM; while :; do sleep 0.1; done"
    with pytest.raises(UnreachableError, match=r"within 0\.2 s"):
        run_tool(plainly, ToolRequest(("bash", "-c", deaf), timeout_seconds=0.2))


def test_a_sandbox_that_is_gone_is_unreachable() -> None:
    def gone(_: Sequence[str]) -> Sequence[str]:
        raise InfrastructureError("gone")

    with pytest.raises(UnreachableError, match="gone"):
        run_tool(gone, ToolRequest(("true",)))
