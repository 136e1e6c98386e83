"""Tools of the host: their failures are ours to tell."""

import pytest

from labs.core.errors import InfrastructureError
from provisioner.cell import command
from provisioner.cell.command import run_tool


def test_what_a_tool_prints() -> None:
    assert run_tool(["cat"], stdin="¿qué?\n") == "¿qué?\n"


def test_a_failure_has_the_tools_last_words() -> None:
    with pytest.raises(InfrastructureError, match=r"sh failed \(3\): no room") as caught:
        run_tool(["sh", "-c", "echo no room >&2; exit 3"])
    assert caught.value.facts["command"].startswith("sh -c")
    with pytest.raises(InfrastructureError, match="said on the other stream"):
        run_tool(["sh", "-c", "echo said on the other stream; exit 1"])


def test_codes_that_are_fine() -> None:
    assert run_tool(["sh", "-c", "exit 1"], allowed_codes=frozenset({0, 1})) == ""


def test_a_missing_tool() -> None:
    with pytest.raises(InfrastructureError, match="no-such-tool is not installed") as caught:
        run_tool(["no-such-tool"])
    assert "taller doctor" in caught.value.hint


def test_a_tool_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "TIMEOUT_SECONDS", 0.1)
    with pytest.raises(InfrastructureError, match="sleep did not end"):
        run_tool(["sleep", "10"])
