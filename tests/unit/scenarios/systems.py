"""A scenario's variant as objects in memory, with the pods that its Deployments would have."""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from grading.baseline import record
from grading.findings import Finding
from grading.helpers import ScenarioView
from grading.probing import Probes
from labs.catalogue.loader import load_catalogue
from labs.catalogue.variant import Variant
from labs.core.ports import Manifest
from labs.core.probes import HttpRequest, NetworkProbe, ObjectRef, ProbeAnswer, ProbeOutcome
from labs.lifecycle.variants import python_checks
from tests.unit.grading.fakes import FakeSandbox

CATALOGUE = load_catalogue()
Answer = Callable[[HttpRequest], ProbeAnswer]


@dataclass
class System:
    """What a check looks at; tests change `objects` and `answer`."""

    variant: Variant
    sandbox: FakeSandbox

    @property
    def objects(self) -> dict[ObjectRef, dict[str, Any]]:
        return self.sandbox.reader.objects

    def object(self, kind: str, name: str, api_version: str = "v1") -> dict[str, Any]:
        return self.objects[ObjectRef(api_version, kind, name, self.variant.client.namespace)]

    def deployment(self) -> dict[str, Any]:
        return self.object("Deployment", str(self.variant.parameters["app"]), "apps/v1")

    def container(self) -> dict[str, Any]:
        container: dict[str, Any] = self.deployment()["spec"]["template"]["spec"]["containers"][0]
        return container

    def roll_out(self) -> None:
        """Every Deployment has one pod, made from its template as it is now."""
        for ref in [ref for ref in self.objects if ref.kind == "Pod"]:
            del self.objects[ref]
        for ref, manifest in list(self.objects.items()):
            if ref.kind == "Deployment":
                template = copy.deepcopy(manifest["spec"]["template"])
                self.sandbox.reader.put(
                    "v1",
                    "Pod",
                    f"{ref.name}-abc",
                    ref.namespace,
                    metadata=template["metadata"],
                    spec=template["spec"],
                    status={"podIP": "10.42.0.7"},
                )

    def answers(self, answer: Answer) -> None:
        def choose(probe: NetworkProbe, _identity: object) -> ProbeAnswer:
            assert isinstance(probe, HttpRequest)
            return answer(probe)

        self.sandbox.answer = choose

    def finding(self, check_id: str) -> Finding:
        check = python_checks(CATALOGUE[self.variant.scenario])[check_id]
        baseline = record(self.sandbox.reader, self.variant.spec, self.sandbox.clock)
        with Probes(self.sandbox) as probes:
            return check(ScenarioView(self.variant.spec, baseline, self.sandbox, probes))


def system(variant: Variant, manifests: tuple[Manifest, ...]) -> System:
    sandbox = FakeSandbox()
    for manifest in copy.deepcopy([dict(manifest) for manifest in manifests]):
        metadata = manifest.pop("metadata")
        sandbox.reader.put(
            manifest.pop("apiVersion"),
            manifest.pop("kind"),
            metadata["name"],
            metadata.get("namespace", ""),
            metadata=metadata,
            **manifest,
        )
    found = System(variant, sandbox)
    found.roll_out()
    return found


def http(status: int, body: str = "", **headers: str) -> ProbeAnswer:
    pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return ProbeAnswer(ProbeOutcome.ANSWERED, status=status, headers=pairs, body=body)
