"""Back through a NAT gateway."""

from dataclasses import replace

from grading.reach.model import NatGateway
from grading.reach.packets import reply_of
from grading.reach.walk import Leaving, Walk
from grading.reach.words import Why, reason


def back_through(walk: Walk, nat: NatGateway) -> Walk:
    """An answer, sent on by the NAT gateway to who asked. It knows of nothing else and drops it.

    https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html
    """
    kept = walk.request_kept_by(nat.id)
    if kept is None:
        return walk.stopped(reason(Why.INBOUND_REFUSED, nat.id, "NatGateway", ""))
    traffic = reply_of(walk.packet.traffic, kept.client_ports)
    packet = replace(walk.packet, destination=kept.source, traffic=traffic)
    return replace(walk.hop(nat.id), packet=packet).to(Leaving(nat.subnet_id))
