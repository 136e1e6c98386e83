"""The internet, as a VPC sees it: who has which public address, and what comes in."""

from dataclasses import replace
from ipaddress import ip_network

from grading.reach.borders import into, past_access_block
from grading.reach.model import Interface, IpAddress, NatGateway, Target
from grading.reach.nat import back_through
from grading.reach.network import Network
from grading.reach.packets import UNROUTED
from grading.reach.routing import vpc_route
from grading.reach.walk import Abroad, Entering, Walk, World
from grading.reach.words import Why, reason

_UNROUTED = tuple(ip_network(cidr) for cidr in UNROUTED)


def is_unrouted(address: IpAddress) -> bool:
    """Whether the internet has no way to the address."""
    return any(address in cidr for cidr in _UNROUTED)


def known_abroad_as(network: Network, vpc_id: str, address: IpAddress) -> IpAddress | None:
    """The public address by which the internet knows the VPC's `address`; None for a private one without."""
    nat = network.nat_at(vpc_id, address)
    if nat:
        return nat.public_ip if nat.public else None
    if address in {one.public_ip for one in network.nat_gateways.values() if one.public}:
        return address
    interface = network.interface_at(vpc_id, address)
    return interface.public_of(address) if interface else None


def arrive_abroad(network: Network, walk: Walk, _stage: Abroad) -> tuple[Walk, ...]:
    """At an address on the internet, or back in AWS where that address belongs to a VPC."""
    destination = walk.packet.destination
    if is_unrouted(destination):
        return (walk.stopped(reason(Why.PRIVATE_ON_INTERNET, "", "", str(destination), peer=str(destination))),)
    owner = network.nat_known_as(destination) or network.interface_known_as(destination)
    if owner is None:
        return (walk.arrived(World(destination)),)
    return (_through_door(network, walk, owner),)


def _through_door(network: Network, walk: Walk, owner: NatGateway | Interface) -> Walk:
    """Into the VPC by its internet gateway, to the owner of the public address."""
    door = _door(network, walk, owner.vpc_id)
    told = network.unread_of("DescribeInternetGateways", "DescribeEgressOnlyInternetGateways")
    if door is None and told:
        return walk.undecided(reason(Why.UNREAD, owner.vpc_id, "InternetGateways", "", peer=told))
    if door is None:
        return walk.stopped(reason(Why.NOT_ATTACHED, owner.vpc_id, "InternetGateways", "", peer="internet gateway"))
    walk = past_access_block(network, walk.hop(door).carried_by(door), owner.vpc_id)
    inside = _inside_of(walk.packet.destination, owner)
    if _redirected(network, door, inside):
        return walk.undecided(reason(Why.UNMODELLED, door, "RouteTables", "", peer="gateway route table"))
    if isinstance(owner, NatGateway):
        home = network.subnets.get(owner.subnet_id)
        return back_through(into(network, walk, home) if home else walk, owner)
    return replace(walk, packet=replace(walk.packet, destination=inside)).to(Entering(owner.vpc_id))


def _inside_of(public: IpAddress, owner: NatGateway | Interface) -> IpAddress:
    """The VPC's own name for the public address."""
    if isinstance(owner, NatGateway):
        return owner.private_ip or public
    return next((private for private, known in owner.public if known == public), public)


def _door(network: Network, walk: Walk, vpc_id: str) -> str | None:
    """The VPC's internet gateway, or the egress-only one that let the request out."""
    gateways = sorted(
        one.id for one in network.internet_gateways.values() if one.vpc_id == vpc_id and not one.egress_only
    )
    if gateways:
        return gateways[0]
    mine = {one.id for one in network.internet_gateways.values() if one.vpc_id == vpc_id}
    return next((kept.gateway_id for kept in walk.answers or () if kept.gateway_id in mine), None)


def _redirected(network: Network, gateway_id: str, inside: IpAddress) -> bool:
    """Whether the gateway has a table of its own that sends the packet elsewhere than to its address."""
    table = network.edge_table(gateway_id)
    route = vpc_route(network, table, inside).route if table else None
    return route is not None and route.target is not Target.LOCAL
