"""How soon a change of NetworkPolicies counts for new connections between two pods."""

from pathlib import Path
from typing import TYPE_CHECKING

from labs.core.ports import Limits
from tests.contract.labs import lab
from tests.contract.peers import World, build_peer, namespace, pod, policy

if TYPE_CHECKING:
    from tests.bench.measure import Measurements

LIMIT_SECONDS = 2.0
PAUSE_SECONDS = 0.6
"""Between two changes. A change that took longer would be measured as endless rather than as another's."""


def bench_policies(found: "Measurements", home: Path, rounds: int) -> None:
    """From the API's acknowledgement to the first connection refused, or allowed; attempts begin every 10 ms."""
    program = build_peer(home)
    with lab(home, limits=Limits(memory_mib=1200, disk_mib=1024)) as target:
        target.let_attacker_in(program)
        world = World(target)
        writer = target.sandbox.writer
        writer.apply([namespace("x"), namespace("y")], field_manager="bench")
        world.start(pod("x/server", "serve", "tcp/80"), pod("y/client", "serve", "tcp/80"))
        deny = policy("x/deny")
        pair = ((False, lambda: writer.apply([deny], field_manager="bench")), (True, lambda: world.forget(deny)))
        took = world.changes("y/client", "x/server tcp/80", pair * (2 * max(rounds, 5)), pause=PAUSE_SECONDS)
    for refused, allowed in zip(took[::2], took[1::2], strict=True):
        found.add("NetworkPolicy applied to connections refused", refused, limit=LIMIT_SECONDS)
        found.add("NetworkPolicy deleted to connections allowed", allowed, limit=LIMIT_SECONDS)
