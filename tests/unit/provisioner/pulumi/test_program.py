"""The program of a cluster, run by Pulumi's mocks: what is registered, in which turns, with which secrets."""

from typing import Any

import pulumi
import pytest

from labs.core.ids import LabId
from provisioner.kubernetes.access import Grant
from provisioner.pulumi.program import LabProgram, Outputs, ScenarioPart, register
from tests.unit.provisioner.account.test_fence import Recorded
from tests.unit.provisioner.pulumi.test_awsprogram import _secret

OUTPUTS: dict[str, dict[str, Any]] = {
    "taller:index:Node": {"address": "10.213.0.2", "admin": "the admin's", "readySeconds": 3.5},
    "taller:index:Access": {"candidateKubeconfig": "the candidate's"},
}


class Cluster(Recorded):
    """Our own resources have the outputs that our provider gives; they are kept in the order of their registration."""

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[Any, Any]]:
        self.resources.append(args)
        return f"{args.name}-id", {**args.inputs, **OUTPUTS.get(args.typ, {})}

    def named(self, name: str) -> Any:
        return next(each.inputs for each in self.resources if each.name == name)

    @property
    def names(self) -> list[str]:
        return [each.name for each in self.resources]


def manifest(kind: str, name: str = "x") -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}}


PART = ScenarioPart(
    name="one",
    system=[manifest("Deployment"), manifest("ValidatingWebhookConfiguration"), manifest("Namespace")],
    fault=[manifest("MutatingWebhookConfiguration"), manifest("Secret"), manifest("CustomResourceDefinition")],
    grants=[Grant("shop", [{"verbs": ["get"]}]), Grant("", [{"verbs": ["list"]}])],
    live="kubectl get pods",
    folder="chart",
    files={"values.yaml": "a: 1"},
)


@pytest.fixture(scope="module")
def registered() -> tuple[Cluster, Outputs]:
    mocks, outputs = Cluster(), Outputs()
    pulumi.runtime.set_mocks(mocks, project="taller", stack="lab-ana-0000")

    @pulumi.runtime.test  # type: ignore[untyped-decorator]  # Pulumi leaves it untyped
    def run() -> None:
        lab = LabProgram(LabId("lab-ana-0000"), "labnode", [PART], ttl_seconds=60, workspace=True)
        register(lab, outputs)

    run()
    return mocks, outputs


def test_what_others_need_comes_first_and_admission_last(registered: tuple[Cluster, Outputs]) -> None:
    mocks, _ = registered
    kinds = {
        each.name: [m["kind"] for m in _plain(each.inputs["manifests"])]
        for each in mocks.resources
        if "manifests" in each.inputs
    }
    assert kinds == {
        "one-system-foundations": ["Namespace"],
        "one-fault-foundations": ["CustomResourceDefinition"],
        "one-system": ["Deployment"],
        "one-fault": ["Secret"],
        "one-system-admission": ["ValidatingWebhookConfiguration"],
        "one-fault-admission": ["MutatingWebhookConfiguration"],
    }
    turns = [name for name in mocks.names if name in kinds]
    assert [name.count("foundations") for name in turns] == [1, 1, 0, 0, 0, 0]
    assert [name.count("admission") for name in turns] == [0, 0, 0, 0, 1, 1]


def test_the_live_script_comes_after_all_of_it_and_is_secret(registered: tuple[Cluster, Outputs]) -> None:
    mocks, _ = registered
    live = mocks.named("one-live")
    assert _secret(live["script"]) == "kubectl get pods"
    before = mocks.names[: mocks.names.index("one-live")]
    assert {"one-system-admission", "one-fault-admission", "one-workspace"} <= set(before)


def test_files_and_rights_in_the_whole_cluster_are_asked_for(registered: tuple[Cluster, Outputs]) -> None:
    mocks, outputs = registered
    assert mocks.named("node")["workspace"] is True
    assert mocks.named("one-workspace") == {
        "lab": "lab-ana-0000",
        "engine": "labnode",
        "folder": "chart",
        "files": {"values.yaml": "a: 1"},
    }
    assert [grant["namespace"] for grant in mocks.named("access")["grants"]] == ["shop", ""]
    assert (outputs.candidate_kubeconfig, outputs.node_ready_seconds) == ("the candidate's", 3.5)


def _plain(manifests: Any) -> Any:
    return manifests if isinstance(manifests, list) else _secret(manifests)
