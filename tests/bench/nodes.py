"""What a second and a third node cost a lab."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

from labs.core.ids import LabId
from labs.core.ports import MAX_NODES, SandboxSpec
from labs.core.settings import Settings
from provisioner.labnode.engine import LabnodeEngine
from provisioner.labnode.nodes import all_cells
from tests.bench.command import expect_nothing_left, pss_mib

if TYPE_CHECKING:
    from tests.bench.measure import Measurements

IDLE_SECONDS = 30.0


def bench_nodes(found: "Measurements", home: Path, rounds: int) -> None:
    """A lab of one node and one of three, in turns: the difference, by node.

    Memory is compared lab by lab, for a pod of the cluster's own (CoreDNS) runs on whichever node the scheduler chose.
    """
    engine = LabnodeEngine(Settings(home=home))
    for number in range(rounds):
        alone, small = _boot(engine, LabId(f"bench-nodes-1{number:03}"), nodes=1)
        engine.destroy(LabId(f"bench-nodes-1{number:03}"))
        lab = LabId(f"bench-nodes-3{number:03}")
        together, large = _boot(engine, lab, nodes=MAX_NODES)
        found.add("each further node, until all are Ready", (together - alone) / (MAX_NODES - 1), limit=2.0)
        found.add("memory of each further node, idle (PSS)", (large - small) / (MAX_NODES - 1), unit="MiB", limit=130.0)
        begun = time.monotonic()
        engine.destroy(lab)
        found.add("removal of a lab of three nodes", time.monotonic() - begun)
        expect_nothing_left(lab)


def _boot(engine: LabnodeEngine, lab: LabId, *, nodes: int) -> tuple[float, float]:
    """The seconds until all nodes were Ready, and the lab's MiB when it had idled for a while."""
    begun = time.monotonic()
    engine.create(SandboxSpec(lab, nodes=nodes))
    ready = time.monotonic() - begun
    time.sleep(IDLE_SECONDS)
    return ready, sum(pss_mib(cell) for cell in all_cells(lab))
