"""Steps inside a VPC: out of a subnet by its route table and network ACL, and to one of the VPC's addresses."""

from dataclasses import replace

from grading.reach.borders import into, out_of
from grading.reach.model import RouteTable, Target
from grading.reach.nat import back_through, back_through_instance
from grading.reach.network import Network
from grading.reach.routing import vpc_route
from grading.reach.steps_gateways import GATEWAYS, through_endpoint_or_other
from grading.reach.walk import Entering, Host, Leaving, Walk
from grading.reach.words import Why, reason


def leave(network: Network, walk: Walk, stage: Leaving) -> tuple[Walk, ...]:
    """Routed out of the subnet. Within a subnet there is no routing."""
    subnet = network.subnets.get(stage.subnet_id)
    if subnet is None:
        told = network.unread_of("DescribeSubnets") or stage.subnet_id
        return (walk.undecided(reason(Why.UNREAD, stage.subnet_id, "", "", peer=told)),)
    destination = walk.packet.destination
    if any(destination in cidr for cidr in subnet.cidrs):
        return (walk.to(Entering(subnet.vpc_id, subnet.id, stage.transit)),)
    table = network.table_of(subnet)
    if table is None:
        told = network.unread_of("DescribeRouteTables") or subnet.id
        return (walk.undecided(reason(Why.UNREAD, subnet.id, "RouteTables", "", peer=told)),)
    return _by_table(network, walk, table, stage)


def _by_table(network: Network, walk: Walk, table: RouteTable, stage: Leaving) -> tuple[Walk, ...]:
    """On by the route that the table chooses."""
    subnet = network.subnets[stage.subnet_id]
    destination = walk.packet.destination
    choice = vpc_route(network, table, destination)
    if choice.doubt:
        return (walk.undecided(choice.doubt),)
    if choice.route is None:
        return (walk.stopped(reason(Why.NO_ROUTE, table.id, "Routes", "", peer=str(destination))),)
    route = choice.route
    shown = f"{route.list_id or ', '.join(map(str, route.destinations))} → {route.target_id}"
    walk = replace(walk.hop(table.id, shown), zone=subnet.zone)
    if route.blackhole:
        return (walk.stopped(reason(Why.BLACKHOLE, table.id, "Routes", shown, peer=str(destination))),)
    if route.target is Target.LOCAL:
        return (walk.to(Entering(subnet.vpc_id, subnet.id, stage.transit)),)
    return GATEWAYS.get(route.target, through_endpoint_or_other)(network, walk, route, subnet)


def enter(network: Network, walk: Walk, stage: Entering) -> tuple[Walk, ...]:
    """To the VPC's address: an interface, a NAT gateway, or nobody's."""
    destination = walk.packet.destination
    nat = network.nat_at(stage.vpc_id, destination)
    subnet = network.subnets.get(nat.subnet_id) if nat else network.subnet_at(stage.vpc_id, destination)
    if subnet is None:
        told = network.unread_of("DescribeSubnets")
        if told:
            return (walk.undecided(reason(Why.UNREAD, stage.vpc_id, "Subnets", "", peer=told)),)
        return (walk.stopped(reason(Why.NOBODY, stage.vpc_id, "Subnets", "", peer=str(destination))),)
    if stage.subnet_id and stage.subnet_id != subnet.id:
        walk = out_of(network, walk, network.subnets[stage.subnet_id])
    if stage.subnet_id != subnet.id:
        walk = into(network, walk, subnet)
    if nat:
        return (back_through(walk, nat),)
    interface = network.interface_at(stage.vpc_id, destination)
    if interface and (back := back_through_instance(walk, interface)):
        return (back,)
    told = network.unread_of("DescribeNetworkInterfaces", "DescribeNatGateways")
    if interface is None and told:
        walk = walk.noting_doubt(reason(Why.UNREAD, subnet.id, "NetworkInterfaces", "", peer=told))
    host = Host(stage.vpc_id, subnet.id, destination, interface.id if interface else "")
    return (walk.hop(interface.id if interface else subnet.id).arrived(host),)
