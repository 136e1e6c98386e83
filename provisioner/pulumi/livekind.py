"""The provider's resource Live: what a scenario does in its running cluster. See kinds.Kind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from labs.core.ids import lab_id
from labs.core.ports import Engine
from provisioner.kubernetes.live import run_live, run_on_node
from provisioner.pulumi.awskinds import MadeOnce
from provisioner.pulumi.inputs import Inputs, parsed

Plain = Mapping[str, Any]


class LiveInputs(Inputs):
    """A script for the cluster of `kubeconfig`."""

    lab: str
    engine: str
    scenario: str
    kubeconfig: str
    script: str
    on_node: bool = False
    """As the node's own root, rather than beside it with the administrator's kubeconfig."""


@dataclass(frozen=True, slots=True)
class LiveKind(MadeOnce):
    """A script that was run to its end."""

    engine_of: Callable[[str], Engine]
    secrets: frozenset[str] = frozenset({"kubeconfig", "script"})
    replacing: frozenset[str] = frozenset({"lab", "engine", "scenario", "kubeconfig", "script", "onNode"})

    def check(self, inputs: Plain) -> None:
        """See Kind."""
        lab_id(parsed(LiveInputs, inputs).lab)

    def create(self, inputs: Plain) -> tuple[str, dict[str, Any]]:
        """See Kind. The id is `lab/scenario`. Run again when a run was cut short."""
        given = parsed(LiveInputs, inputs)
        engine, lab = self.engine_of(given.engine), lab_id(given.lab)
        if given.on_node:
            run_on_node(engine, lab, scenario=given.scenario, script=given.script)
        else:
            run_live(engine, lab, scenario=given.scenario, admin=given.kubeconfig, script=given.script)
        return f"{given.lab}/{given.scenario}", dict(inputs)

    def delete(self, resource_id: str, outputs: Plain) -> None:
        """See Kind. What it did goes with the node."""
        del resource_id, outputs
