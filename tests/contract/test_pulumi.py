"""The real Pulumi CLI against fakes of engine and cluster: a lab is a stack."""

import gc
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from labs.core.errors import InfrastructureError
from labs.core.ids import LabId
from labs.core.ports import Limits
from provisioner.kubernetes.access import Grant
from provisioner.pulumi.backend import Backend
from provisioner.pulumi.errors import StackError
from provisioner.pulumi.program import LabProgram, Outputs, ScenarioPart
from provisioner.pulumi.stack import Stack
from provisioner.toolchain import tools
from tests.unit.provisioner.pulumi.fakes import FakeCluster, FakeEngine

pytestmark = [
    pytest.mark.cluster,
    # Pulumi's SDK leaves event loops of its worker threads unclosed; they are collected in `collected` below.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning"),
]

LAB = LabId("ana-1a2b")
READ = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}


def object_(kind: str, name: str, namespace: str = "") -> dict[str, Any]:
    place = {"namespace": namespace} if namespace else {}
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, **place}}


def part(name: str) -> ScenarioPart:
    system = [object_("Namespace", name), {**object_("Secret", "password", name), "stringData": {"p": "hunter2"}}]
    return ScenarioPart(name, system, [object_("Service", "web", name)], [Grant(name, [READ])])


def program(*parts: str, pids: int = 4096) -> LabProgram:
    return LabProgram(LAB, "labnode", [part(name) for name in parts], 3600.0, Limits(pids=pids))


class World:
    def __init__(self, home: Path, url: str = "") -> None:
        self.engine = FakeEngine()
        self.cluster = FakeCluster()
        self.backend = Backend(home / "pulumi", lambda: tools.path("pulumi"), url)
        self.stack = Stack(
            self.backend, LAB, engine_of=lambda _: self.engine, sandbox_of=lambda _: self.cluster.as_sandbox()
        )

    def up(self, lab_program: LabProgram) -> Outputs:
        return self.stack.up(lab_program)

    def pulumi(self, *arguments: str) -> str:
        return self.pulumi_anywhere(*arguments, "--stack", LAB)

    def pulumi_anywhere(self, *arguments: str) -> str:
        self.backend.prepare(LAB)
        return subprocess.run(
            [self.backend.find_cli(), *arguments],
            cwd=self.backend.work_directory(LAB),
            env=dict(self.backend.environment(stack=LAB)),
            check=True,
            capture_output=True,
            text=True,
        ).stdout


@pytest.fixture(autouse=True)
def collected() -> Iterator[None]:
    """What the SDK left is collected within the test that forgives it."""
    yield
    gc.collect()


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_up_twice_and_destroy(world: World) -> None:
    first = world.up(program("a", "b"))
    assert (first.address, first.node_ready_seconds) == ("10.213.0.2", 3.5)
    assert "token-1" in first.candidate_kubeconfig
    applied = list(world.cluster.applied)
    assert world.up(program("a", "b")) == first
    assert (world.engine.created, world.cluster.applied) == (1, applied)
    assert world.stack.outputs() == first
    world.stack.destroy()
    assert (world.engine.living, world.engine.destroyed) == ({}, 1)
    assert world.cluster.objects, "objects of a doomed cluster are not deleted one by one"
    assert not world.stack.is_known()
    left = [path for path in world.backend.home.rglob("*") if path.is_file()]
    assert {path.name.partition(".")[0] for path in left} == {"passphrase", "meta"}
    world.stack.destroy()


def test_a_forgotten_stack_leaves_what_a_destroyed_one_leaves(world: World) -> None:
    world.up(program("a"))
    world.stack.forget()
    assert world.engine.living, "its resources are another's affair"
    left = [path for path in world.backend.home.rglob("*") if path.is_file()]
    assert {path.name.partition(".")[0] for path in left} == {"passphrase", "meta"}
    assert LAB not in world.pulumi_anywhere("stack", "ls", "--json")
    world.stack.forget()
    assert world.up(program("a")).address


def test_a_stack_in_a_shared_backend_is_forgotten_there(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    world = World(tmp_path, f"file://{shared}")
    world.up(program("a"))
    assert list(shared.rglob(f"{LAB}.json"))
    locks = shared / ".pulumi" / "locks" / "organization" / "taller" / LAB
    locks.mkdir(parents=True, exist_ok=True)
    content = {"pid": 3_999_999, "username": "x", "hostname": "killed", "timestamp": "2026-01-01T00:00:00Z"}
    (locks / "6f1f7c6e-dead.json").write_text(json.dumps(content), encoding="utf-8")
    for _ in range(2):
        world.stack.forget()
        assert not list(shared.rglob(f"{LAB}*.json"))
    assert not world.backend.work_directory(LAB).exists()


def test_a_shared_backend_that_cannot_be_asked_is_told(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    world = World(tmp_path, f"file://{shared}")
    world.up(program("a"))
    shared.rename(tmp_path / "away")
    with pytest.raises(StackError) as caught:
        world.stack.forget()
    assert "PULUMI_BACKEND_URL" in caught.value.hint


def test_pulumis_tools_see_the_lab_and_no_secret(world: World) -> None:
    world.up(program("a"))
    resources = json.loads(world.pulumi("stack", "export"))["deployment"]["resources"]
    kinds = sorted(resource["type"].rpartition(":")[2] for resource in resources)
    assert kinds == ["Access", "Fault", "Node", "Objects", "Objects", "Stack", "taller"]
    everything = "".join(path.read_text() for path in world.backend.home.rglob("*.json"))
    assert LAB in everything
    for secret in (f"admin of {LAB}", "token-1", "hunter2"):
        assert secret not in everything
    assert "adminKubeconfig" in world.pulumi("stack", "output")


def test_a_scenario_comes_and_goes(world: World) -> None:
    world.up(program("a"))
    world.up(program("a", "b"))
    world.up(program("b"))
    assert {ref.name for ref in world.cluster.objects if ref.kind == "Namespace"} == {"b", "taller-access"}
    assert world.engine.created == 1


def test_another_size_is_another_node(world: World) -> None:
    world.up(program("a"))
    world.up(program("a", pids=100))
    assert (world.engine.created, world.engine.destroyed) == (2, 1)
    assert world.engine.living[LAB].limits.pids == 100


def test_the_error_is_the_one_that_was_raised(world: World) -> None:
    world.engine.trouble = InfrastructureError("no room for a node", hint="make some")
    with pytest.raises(InfrastructureError, match="no room for a node") as caught:
        world.up(program("a"))
    assert caught.value.hint == "make some"
    world.engine.trouble = None
    assert world.up(program("a")).address
    world.stack.destroy()
    assert not world.stack.is_known()


def test_a_dead_pulumis_lock_is_nobodys(world: World) -> None:
    world.up(program("a"))
    locks = world.backend.locks(LAB)
    locks.mkdir(parents=True, exist_ok=True)
    content = {"pid": 3_999_999, "username": "x", "hostname": os.uname().nodename, "timestamp": "2026-01-01T00:00:00Z"}
    (locks / "dead.json").write_text(json.dumps(content), encoding="utf-8")
    assert world.up(program("a")).address
