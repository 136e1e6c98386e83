"""Through a NAT instance, and back through it or a NAT gateway."""

from dataclasses import replace

from grading.reach.borders import into, out_of
from grading.reach.filters import Peer, group_filter
from grading.reach.model import Interface, NatGateway, Subnet
from grading.reach.network import Network
from grading.reach.packets import reply_of
from grading.reach.walk import Kept, Leaving, Walk
from grading.reach.words import Why, reason


def back_through(walk: Walk, nat: NatGateway) -> Walk:
    """An answer, sent on by the NAT gateway to who asked. It knows of nothing else and drops it.

    https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html
    """
    kept = walk.request_kept_by(nat.id)
    if kept is None:
        return walk.stopped(reason(Why.INBOUND_REFUSED, nat.id, "NatGateway", ""))
    return _handed_back(walk, kept, nat.subnet_id)


def back_through_instance(walk: Walk, nic: Interface) -> Walk | None:
    """An answer, sent on by the NAT instance to who asked; None for what is meant for the instance itself."""
    kept = walk.request_kept_by(nic.id)
    return _handed_back(walk, kept, nic.subnet_id) if kept else None


def nat_instance(network: Network, walk: Walk, nic: Interface, subnet: Subnet) -> Walk:
    """A request to the internet, into the instance and on from its own subnet under its own address.

    The instance is taken to forward and translate, as AWS says a NAT instance is set up; nothing of its API tells.
    What can be told counts: the ACLs of both subnets, the instance's groups in and out, the way on, the public address.
    https://docs.aws.amazon.com/vpc/latest/userguide/work-with-nat-instances.html
    """
    home = network.subnets.get(nic.subnet_id)
    address = next((one for one in nic.addresses if one.version == walk.packet.source.version), None)
    if home is None or address is None:
        return walk.undecided(reason(Why.UNREAD, nic.id, "SubnetId", "", peer=nic.subnet_id or nic.id))
    if home.id != subnet.id:
        walk = into(network, out_of(network, walk, subnet), home)
    sender = network.interface_at(subnet.vpc_id, walk.packet.source)
    inward = Peer(walk.packet.source, frozenset(sender.group_ids if sender else ()))
    traffic = walk.packet.traffic
    let_in = group_filter(network, nic, traffic, inward, egress=False)
    walk = walk.filtered(
        Why.GROUP_INGRESS, nic.id, "Groups", let_in, traffic=str(traffic), peer=str(walk.packet.source)
    )
    destination = walk.packet.destination
    let_out = group_filter(network, nic, traffic, Peer(destination, frozenset()), egress=True)
    walk = walk.filtered(Why.GROUP_EGRESS, nic.id, "Groups", let_out, traffic=str(traffic), peer=str(destination))
    return walk.hop(nic.id, "NAT").carried_by(nic.id).resent(nic.id, address).to(Leaving(home.id))


def _handed_back(walk: Walk, kept: Kept, subnet_id: str) -> Walk:
    traffic = reply_of(walk.packet.traffic, kept.client_ports)
    packet = replace(walk.packet, destination=kept.source, traffic=traffic)
    return replace(walk.hop(kept.gateway_id), packet=packet).to(Leaving(subnet_id))
