"""`kill -9` after every step of `up` and of `down`: a sweep leaves nothing, and a new `up` works."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from labs.lifecycle.down import DOWN_STEPS
from labs.lifecycle.up import UP_STEPS

pytestmark = pytest.mark.cluster

PROGRAM = """
import json, sys
from labs.core.ids import LabId, ScenarioId
from labs.core.states import LabState
from labs.lifecycle.down import down
from labs.lifecycle.sweep import remains, sweep
from labs.lifecycle.up import UpRequest, up
from labs.lifecycle.wiring import real_context

context = real_context()
verb = sys.argv[1]
if verb == "up":
    print(json.dumps(up(context, UpRequest("kill test", [ScenarioId(name) for name in sys.argv[2:]])).id))
elif verb == "down":
    print(json.dumps(down(context, LabId(sys.argv[2])).state))
elif verb == "ready":
    print(json.dumps([lab.id for lab in context.registry.labs() if lab.state is LabState.READY]))
else:
    swept = [[each.lab, each.reason, each.trouble] for each in sweep(context)]
    ours = [lab for lab, homes in remains(context).items() if str(context.settings.home) in homes]
    print(json.dumps({"swept": swept, "left": ours}))
"""


CLUSTER, ACCOUNT = "orders_routing", "documents_shared"


class Home:
    """A TALLER_HOME of its own, worked on by processes that may be killed."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def run(self, *arguments: str, stop_after: str = "") -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "TALLER_HOME": str(self.directory), "TALLER_STOP_AFTER_STEP": stop_after}
        command = [sys.executable, "-c", PROGRAM, *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=180, check=False)

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "TALLER_HOME": str(self.directory)}
        command = [sys.executable, "-c", PROGRAM, *arguments]
        return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def output(self, *arguments: str) -> str:
        done = self.run(*arguments)
        assert done.returncode == 0, done.stderr[-3000:]
        return str(json.loads(done.stdout))

    def ready(self) -> list[str]:
        """The labs that were handed over, which a sweep rightly keeps."""
        done = self.run("ready")
        assert done.returncode == 0, done.stderr[-3000:]
        labs: list[str] = json.loads(done.stdout)
        return labs

    def sweep(self) -> list[list[str]]:
        """Lab, reason and trouble of what was swept; nothing is left."""
        done = self.run("sweep")
        assert done.returncode == 0, done.stderr[-3000:]
        said: dict[str, list[list[str]]] = json.loads(done.stdout)
        assert said["left"] == []
        assert not any(trouble for _, _, trouble in said["swept"])
        return said["swept"]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path / "home")
    yield home
    home.run("sweep")


@pytest.mark.parametrize("step", [step.name for step in UP_STEPS])
@pytest.mark.parametrize("scenario", [CLUSTER, ACCOUNT])
def test_killed_after_a_step_of_up(home: Home, scenario: str, step: str) -> None:
    assert home.run("up", scenario, stop_after=f"up:{step}").returncode == -signal.SIGKILL
    assert [reason for _, reason, _ in home.sweep()] == ["half-made"]
    assert home.sweep() == []


@pytest.mark.parametrize(
    ("scenario", "seconds"),
    [*((CLUSTER, seconds) for seconds in (1.0, 2.0, 3.0, 5.0, 8.0)), (ACCOUNT, 1.5), (ACCOUNT, 2.5)],
)
def test_killed_in_the_middle_of_up(home: Home, scenario: str, seconds: float) -> None:
    process = home.start("up", scenario)
    time.sleep(seconds)
    process.kill()
    process.wait()
    for lab in home.ready():  # a fast machine was done before it was killed
        assert home.output("down", lab) == "gone"
    home.sweep()
    assert home.sweep() == []


@pytest.mark.parametrize("step", [step.name for step in DOWN_STEPS])
def test_killed_in_down_and_a_new_up(home: Home, step: str) -> None:
    lab = home.output("up", CLUSTER, ACCOUNT)
    assert home.run("down", lab, stop_after=f"down:{step}").returncode == -signal.SIGKILL
    assert [name for name, _, _ in home.sweep()] == [lab]
    again = home.output("up", CLUSTER)
    assert again != lab
    assert home.output("down", again) == "gone"
    assert home.sweep() == []
