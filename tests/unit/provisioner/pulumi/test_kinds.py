import io
import tarfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from labs.core.errors import InputError
from labs.core.ids import LabId
from labs.core.ports import CandidateAccess
from labs.core.probes import ObjectRef
from provisioner.kubernetes.credentials import credentials
from provisioner.pulumi.awskinds import WorkspaceKind
from provisioner.pulumi.errors import ResourceInputError
from provisioner.pulumi.kinds import Access, Node, Objects
from tests.unit.provisioner.pulumi.fakes import FakeCluster, FakeEngine

LAB = LabId("ana-1a2b")
NODE = {"lab": LAB, "engine": "labnode", "memoryMib": 3000}
READ = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}


def config_map(name: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "shop"}}


def test_a_node_is_an_engines_sandbox() -> None:
    engine = FakeEngine()
    node = Node(lambda _: engine)
    node_id, outputs = node.create(NODE)
    assert engine.living[LAB].limits.memory_mib == 3000
    assert outputs["admin"] == f"admin of {LAB}"
    assert node.is_there(node_id)
    node.delete(node_id, outputs)
    node.delete(node_id, outputs)
    assert not node.is_there(node_id)


@pytest.mark.parametrize("inputs", [{}, {"lab": "../x"}, {"lab": "ana"}, {**NODE, "memory": 1}, {**NODE, "pids": "x"}])
def test_wrong_inputs_are_refused_before_anything_is_made(inputs: dict[str, Any]) -> None:
    engine = FakeEngine()
    with pytest.raises(InputError):
        Node(lambda _: engine).check(inputs)
    assert engine.created == 0


def test_refusals_do_not_show_secrets() -> None:
    cluster = FakeCluster()
    with pytest.raises(ResourceInputError) as caught:
        Objects(lambda _: cluster.as_sandbox()).check({"kubeconfig": ["top secret"], "manifests": []})
    assert "top secret" not in str(caught.value)


def test_objects_follow_their_list() -> None:
    cluster = FakeCluster()
    objects = Objects(lambda _: cluster.as_sandbox())
    _, outputs = objects.create({"kubeconfig": "k", "manifests": [config_map("a"), config_map("b")]})
    objects.update(outputs, {"kubeconfig": "k", "manifests": [config_map("b"), config_map("c")]})
    assert {ref.name for ref in cluster.objects} == {"b", "c"}
    objects.delete("x", {"kubeconfig": "k", "manifests": [config_map("b"), config_map("c")]})
    assert cluster.objects == {}


def test_access_follows_its_grants() -> None:
    cluster = FakeCluster()
    access = Access(lambda _: cluster.as_sandbox())
    inputs = {"kubeconfig": "k", "grants": [{"namespace": "a", "rules": [READ]}], "ttlSeconds": 60}
    _, outputs = access.create(inputs)
    assert credentials(outputs["candidateKubeconfig"]).token == "token-1"  # noqa: S105
    access.update(outputs, {**inputs, "grants": [{"namespace": "b", "rules": [READ]}]})
    roles = {ref.namespace for ref in cluster.objects if ref.kind == "RoleBinding"}
    assert roles == {"b"}
    access.delete("candidate", outputs)
    assert ObjectRef("v1", "ServiceAccount", "candidate", "taller-access") not in cluster.objects


def test_a_workspaces_files_go_through_a_cell_without_anybodys_access(tmp_path: Path) -> None:
    seen = tmp_path / "seen.tar"

    class Engine(FakeEngine):
        def command_in_cell(self, lab: LabId, command: Sequence[str], access: CandidateAccess) -> Sequence[str]:
            assert (lab, access) == (LAB, CandidateAccess(terminal=False))
            assert command[-1].endswith("/north")
            return ["sh", "-c", f"cat > {seen}"]

    inputs = {"lab": LAB, "engine": "emulated", "folder": "north", "files": {"main.tf": "one"}}
    kind = WorkspaceKind(lambda _: Engine())
    kind.check(inputs)
    assert kind.create(inputs) == (f"{LAB}/north", inputs)
    with tarfile.open(fileobj=io.BytesIO(seen.read_bytes())) as archive:
        assert archive.getnames() == ["main.tf"]


def test_a_workspace_of_no_lab_is_refused() -> None:
    with pytest.raises(InputError):
        WorkspaceKind(lambda _: FakeEngine()).check({"lab": "../x", "engine": "e", "folder": "f", "files": {}})
