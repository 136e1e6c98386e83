"""The script of a running cluster, run by real bash in place of a cell."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import pytest

from labs.core.errors import InfrastructureError
from labs.core.ids import LabId
from labs.core.ports import CandidateAccess, Engine
from provisioner.kubernetes import live
from provisioner.kubernetes.live import run_live

LAB = LabId("lab-ana-0000")


class Here:
    """An engine whose cells are processes of this host with a home of their own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.argv: list[str] = []

    def command_in_cell(self, lab: LabId, command: Sequence[str], access: CandidateAccess) -> Sequence[str]:
        assert (lab, access.kubeconfig, access.terminal) == (LAB, "", False)
        self.argv = list(command)
        return ["env", "-i", f"HOME={self.home}", f"PATH={os.environ['PATH']}", *command]

    def run(self, script: str) -> None:
        run_live(cast("Engine", self), LAB, scenario="tiny_shop", admin="the: admin\n", script=script)


@pytest.fixture
def here(tmp_path: Path) -> Here:
    return Here(tmp_path)


def test_it_has_the_administrators_way_in_and_no_argument_shows_it(here: Here, tmp_path: Path) -> None:
    here.run(f'cat "$KUBECONFIG" > {tmp_path}/seen; read -r nothing || echo "no input" >> {tmp_path}/seen')
    assert (tmp_path / "seen").read_text() == "the: admin\nno input\n"
    assert "admin\n" not in " ".join(here.argv)
    assert str(tmp_path) not in " ".join(here.argv)


def test_a_failure_names_scenario_and_line(here: Here) -> None:
    with pytest.raises(InfrastructureError, match=r"(?s)tiny_shop ended with 3.*too bad.*line 3: \( exit 3 \)"):
        here.run("true\necho too bad\n(exit 3)\ntrue\n")


def test_an_unset_name_and_a_broken_pipe_are_failures(here: Here) -> None:
    for script in ("echo $nobody", "false | cat"):
        with pytest.raises(InfrastructureError):
            here.run(script)


def test_it_has_an_end(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LIVE_SECONDS", 0.2)
    with pytest.raises(InfrastructureError, match="tiny_shop could not be run to its end"):
        here.run("sleep 30")
