"""The network ACL at a subnet's border."""

from grading.reach.filters import acl_filter
from grading.reach.model import Subnet
from grading.reach.network import Network
from grading.reach.walk import Walk
from grading.reach.words import Why, reason


def out_of(network: Network, walk: Walk, subnet: Subnet) -> Walk:
    """Out of the subnet, as far as its ACL lets it."""
    return _across(network, walk, subnet, egress=True)


def into(network: Network, walk: Walk, subnet: Subnet) -> Walk:
    """Into the subnet, as far as its ACL lets it."""
    return _across(network, walk, subnet, egress=False)


def past_access_block(network: Network, walk: Walk, vpc_id: str) -> Walk:
    """Past an internet gateway of the VPC, in doubt where VPC Block Public Access is on."""
    mode = network.access_blocks.get(vpc_id)
    if mode is None:
        return walk
    told = reason(Why.UNMODELLED, vpc_id, "InternetGatewayBlockMode", mode, peer="VPC Block Public Access")
    return walk.noting_doubt(told)


def _across(network: Network, walk: Walk, subnet: Subnet, *, egress: bool) -> Walk:
    acl = network.acl_of(subnet)
    if acl is None:
        told = network.unread_of("DescribeNetworkAcls") or subnet.id
        return walk.noting_doubt(reason(Why.UNREAD, subnet.id, "NetworkAcls", "", peer=told))
    outcome = acl_filter(acl, walk.packet, egress=egress)
    why = Why.ACL_EGRESS if egress else Why.ACL_INGRESS
    peer = walk.packet.destination if egress else walk.packet.source
    facts = {"subnet": subnet.id, "traffic": str(walk.packet.traffic), "peer": str(peer)}
    return walk.filtered(why, acl.id, "Entries", outcome, **facts)
