"""A packet followed from its first stage to all its ends."""

from dataclasses import replace

from grading.reach.network import Network
from grading.reach.sites import from_site
from grading.reach.steps_transit import cross
from grading.reach.steps_vpc import enter, leave
from grading.reach.walk import Abroad, AtSite, Crossing, Entering, Leaving, Walk
from grading.reach.words import Why, reason
from grading.reach.world import arrive_abroad


def follow(network: Network, start: Walk) -> tuple[Walk, ...]:
    """Every way the packet may take, each to where it ends. One that comes to the same point again never arrives."""
    going, over = [start], []
    while going:
        walk = going.pop()
        if walk.stage is None:
            over.append(walk)
            continue
        here = (walk.stage, walk.packet)
        if here in walk.passed:
            peer = str(walk.packet.destination)
            over.append(walk.stopped(reason(Why.LOOP, walk.hops[-1].resource_id, "Routes", "", peer=peer)))
            continue
        going += _step(network, replace(walk, passed=walk.passed | {here}))
    return tuple(over)


def _step(network: Network, walk: Walk) -> tuple[Walk, ...]:
    match walk.stage:
        case Leaving() as stage:
            return leave(network, walk, stage)
        case Entering() as stage:
            return enter(network, walk, stage)
        case Abroad() as stage:
            return arrive_abroad(network, walk, stage)
        case AtSite() as stage:
            return from_site(network, walk, stage)
        case Crossing() as stage:
            return cross(network, walk, stage)
        case None:
            return (walk,)
