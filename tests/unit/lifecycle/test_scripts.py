"""Running a reference fix or a trap: what a script said is known, however it ended."""

from collections.abc import Sequence
from typing import cast

import pytest

from labs.catalogue.variant import Script
from labs.core.errors import InfrastructureError
from labs.core.ids import LabId
from labs.core.ports import CandidateAccess, Engine
from labs.lifecycle import scripts
from labs.lifecycle.scripts import run_script

LAB = LabId("lab-0001")


class Cell:
    """An engine whose cell is this very host."""

    def command_in_cell(self, lab: LabId, command: Sequence[str], access: CandidateAccess) -> Sequence[str]:
        assert (lab, access) == (LAB, CandidateAccess())
        return command


class Nowhere:
    """An engine whose cell cannot be entered."""

    def command_in_cell(self, lab: LabId, command: Sequence[str], access: CandidateAccess) -> Sequence[str]:
        del lab, command, access
        return ["/nowhere/runc"]


def ran(text: str, engine: object = Cell()) -> str:
    return run_script(cast("Engine", engine), LAB, Script("a-fix", text), CandidateAccess()).output


def test_what_it_said_is_returned() -> None:
    assert ran("echo patched; echo warned >&2") == "patched\nwarned\n"


def test_a_script_that_fails_tells_its_status_and_what_it_said() -> None:
    with pytest.raises(InfrastructureError, match=r"The script a-fix ended with 4: refused"):
        ran("echo refused; exit 4; echo never")


def test_a_script_that_does_not_end_tells_where_it_stood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scripts, "SCRIPT_SECONDS", 1.0)
    with pytest.raises(InfrastructureError, match=r"The script a-fix had not ended after 1 s: waiting for pods"):
        ran("echo waiting for pods; exec sleep 5; echo never")


def test_a_cell_that_cannot_be_entered_is_said() -> None:
    with pytest.raises(InfrastructureError, match=r"The script a-fix could not be run: .*runc"):
        ran("true", Nowhere())
