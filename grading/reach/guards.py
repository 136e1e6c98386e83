"""The security groups at both ends of a way. They are stateful: an answer to what they let through needs no rule.

https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html
"""

from dataclasses import replace

from grading.reach.filters import Peer, group_filter
from grading.reach.model import Interface
from grading.reach.network import Network
from grading.reach.packets import Packet
from grading.reach.walk import Host, Place, Walk
from grading.reach.words import Why

_HIDES_GROUPS = ("igw-", "eigw-", "nat-", "eni-", "vgw-", "vpn-", "vpce-")
"""Beyond these, the other end is an address and no longer a member of a group."""


def guarded(network: Network, walk: Walk, start: Place, goal: Place | None, request: Packet) -> Walk:
    """The walk, with what the groups at its ends refuse. `request` is the packet as the client sent it."""
    sender = _interface(network, start)
    receiver = _interface(network, walk.end or goal)
    if sender:
        groups = _known_groups(network, walk, receiver, egress=True)
        peer = Peer(request.destination, groups)
        outcome = group_filter(network, sender, request.traffic, peer, egress=True)
        facts = {"traffic": str(request.traffic), "peer": str(request.destination)}
        first = replace(walk, faults=(), partial=(), doubts=())
        first = first.filtered(Why.GROUP_EGRESS, sender.id, "Groups", outcome, **facts)
        walk = replace(
            walk,
            faults=first.faults + walk.faults,
            partial=first.partial + walk.partial,
            doubts=first.doubts + walk.doubts,
        )
    if receiver and walk.end:
        groups = _known_groups(network, walk, sender, egress=False)
        peer = Peer(walk.packet.source, groups)
        outcome = group_filter(network, receiver, walk.packet.traffic, peer, egress=False)
        facts = {"traffic": str(walk.packet.traffic), "peer": str(walk.packet.source)}
        walk = walk.filtered(Why.GROUP_INGRESS, receiver.id, "Groups", outcome, **facts)
    return walk


def _interface(network: Network, place: Place | None) -> Interface | None:
    return network.interfaces.get(place.interface_id) if isinstance(place, Host) else None


def _known_groups(network: Network, walk: Walk, other: Interface | None, *, egress: bool) -> frozenset[str]:
    """The other end's groups, where rules may refer to them.

    They may in the VPC, over a peering in the region and, if inbound, over a transit gateway that allows it.

    https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-security-groups.html
    https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html#vpc-attachment-security
    """
    if other is None or any(one.startswith(_HIDES_GROUPS) for one in walk.carriers):
        return frozenset()
    for one in walk.carriers:
        if one in network.peerings and len(set(network.peerings[one].regions)) > 1:
            return frozenset()
        gateway = network.transit_gateways.get(one)
        if gateway and (egress or not gateway.group_references):
            return frozenset()
    ends = [end for (_, name), end in network.attachments.items() if name in walk.carriers]
    return frozenset(other.group_ids) if all(end.group_references for end in ends) else frozenset()
