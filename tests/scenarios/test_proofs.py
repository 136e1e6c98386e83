"""The release gate: every scenario is proven on a real lab, by the command that authors use."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from labs.catalogue.loader import load_catalogue

TALLER = Path(sys.executable).parent / "taller"
ALWAYS = {"healthy", "fault", "untouched", "leaks", "unreachable", "teardown"}


@pytest.mark.cluster
@pytest.mark.timeout(3300)  # half an hour on two calm cores
def test_every_scenario_is_proven(tmp_path: Path) -> None:
    environment = os.environ | {"TALLER_HOME": str(tmp_path)}
    done = subprocess.run([TALLER, "prove", "--json"], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr[-3000:]
    proofs = json.loads(done.stdout)["proofs"]
    assert [(each["scenario"], each["proof"], each["detail"]) for each in proofs if not each["holds"]] == []
    assert done.returncode == 0
    made = {(each["scenario"], each["proof"]) for each in proofs}
    for scenario in load_catalogue().scenarios.values():
        scripts = {f"fix {name}" for name in scenario.fix_names} | {f"trap {name}" for name in scenario.trap_names}
        assert {(scenario.id, name) for name in ALWAYS | scripts} <= made
