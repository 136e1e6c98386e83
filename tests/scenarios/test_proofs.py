"""The release gate: every scenario is proven on a real lab, by the command that authors use."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from labs.catalogue.loader import load_catalogue
from labs.lifecycle.proofs import Part

TALLER = Path(sys.executable).parent / "taller"
ALWAYS = {"fault", "untouched", "leaks", "unreachable", "teardown"}
MOST_SECONDS = 3600.0
"""Half an hour or so on two calm cores; a busy host has taken twice as long."""
PART = os.environ.get("PART", "1/1")
"""Of what is proven by turns; see `make test-scenarios`."""
ENDING_SECONDS = 180.0
"""An interrupted command waits for the proofs that run, and removes their labs."""


@pytest.mark.cluster
@pytest.mark.timeout(MOST_SECONDS + ENDING_SECONDS + 60.0)
def test_every_scenario_is_proven(tmp_path: Path) -> None:
    environment = os.environ | {"TALLER_HOME": str(tmp_path)}
    told = tmp_path / "told.log"
    with told.open("w") as log:
        run = subprocess.Popen(
            [TALLER, "prove", "--part", PART, "--json"], env=environment, stdout=subprocess.PIPE, stderr=log
        )
        try:
            out, _ = run.communicate(timeout=MOST_SECONDS)
        except subprocess.TimeoutExpired:
            run.terminate()
            out, _ = run.communicate(timeout=ENDING_SECONDS)
    assert out, _last_words(told)
    proofs = json.loads(out)["proofs"]
    assert [(each["scenario"], each["proof"], each["detail"]) for each in proofs if not each["holds"]] == []
    assert run.returncode == 0
    made = {(each["scenario"], each["proof"]) for each in proofs}
    for scenario in load_catalogue().scenarios.values():
        scripts = Part.parse(PART).names(scenario.draw("proof"))
        assert {(scenario.id, name) for name in ALWAYS | scripts} <= made


def _last_words(told: Path) -> str:
    """What broke, how far it came, and what it was at in the end."""
    lines = told.read_text().splitlines()
    known = [line for line in lines if "BROKEN" in line or "tasks done" in line]
    return "\n".join([f"no result within {MOST_SECONDS:g} s, or none at all", *known, *lines[-30:]])
