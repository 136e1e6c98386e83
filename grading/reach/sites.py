"""Steps into and out of the far end of a VPN connection."""

from grading.reach.hybrid import VpnConnection
from grading.reach.model import IpAddress
from grading.reach.network import Network
from grading.reach.vpn import UP_STATES, Carried, carried, connections_of
from grading.reach.walk import AtSite, Crossing, Entering, Site, Walk
from grading.reach.words import Reason, Why, reason


def toward_site(network: Network, walk: Walk, gateway_id: str, *, propagated: bool) -> tuple[Walk, ...]:
    """Into the gateway's connection with the most specific prefix; among equals a static one goes first.

    https://docs.aws.amazon.com/vpn/latest/s2svpn/vpn-route-priority.html
    """
    destination = walk.packet.destination
    offers = [(one, carried(network, one)) for one in connections_of(network, gateway_id)]
    ranked = [(_rank(offer, destination), one) for one, offer in offers]
    best = max((rank for rank, _ in ranked), default=(-1, False))
    if best[0] >= 0:
        chosen = [one for rank, one in ranked if rank == best]
        return tuple(into_site(network, walk, one) for one in chosen)
    doubts = [offer.doubt for _, offer in offers if offer.doubt]
    told = network.unread_of("DescribeVpnConnections", "DescribeCustomerGateways")
    if told:
        doubts.append(reason(Why.UNREAD, gateway_id, "VpnConnections", "", peer=told))
    if doubts:
        return (walk.undecided(doubts[0]),)
    if propagated and not offers:
        # Announced by something that is no VPN connection.
        return (walk.undecided(reason(Why.UNMODELLED, gateway_id, "Routes", "", peer="Direct Connect")),)
    faults = [offer.fault for _, offer in offers if offer.fault]
    return (walk.stopped(faults[0] if faults else _no_route(gateway_id, destination)),)


def _rank(offer: Carried, address: IpAddress) -> tuple[int, bool]:
    lengths = (cidr.prefixlen for cidr in offer.prefixes if address in cidr)
    return (max(lengths, default=-1), offer.static)


def _no_route(resource_id: str, address: IpAddress) -> Reason:
    return reason(Why.NO_VPN_ROUTE, resource_id, "Routes", "", peer=str(address))


def into_site(network: Network, walk: Walk, connection: VpnConnection) -> Walk:
    """At the connection's far end, if it is up and somebody there has the address."""
    offer = carried(network, connection)
    if offer.fault:
        return walk.stopped(offer.fault)
    destination = walk.packet.destination
    far = network.far_side(connection)
    walk = walk.hop(connection.id).carried_by(connection.id)
    if far is not None and not any(destination in cidr for cidr in far.prefixes):
        return walk.stopped(reason(Why.NOBODY, connection.id, "far side", "", peer=str(destination)))
    if connection.tunnels is None and far is None and offer.doubt:
        walk = walk.noting_doubt(offer.doubt)
    return walk.arrived(Site(connection.id, destination))


def from_site(network: Network, walk: Walk, stage: AtSite) -> tuple[Walk, ...]:
    """Out of the far end: into the VPC of a virtual private gateway, or into a transit gateway."""
    connection = network.vpn_connections[stage.connection_id]
    offer = carried(network, connection)
    if offer.fault:
        return (walk.stopped(offer.fault),)
    if connection.tunnels is None and offer.doubt:
        walk = walk.noting_doubt(offer.doubt)
    walk = walk.hop(connection.id).carried_by(connection.id)
    into = _into_transit if connection.transit_gateway_id else _into_vpc
    return (into(network, walk, connection),)


def _into_vpc(network: Network, walk: Walk, connection: VpnConnection) -> Walk:
    """Into the VPC of the virtual private gateway, to its own addresses only."""
    gateway = network.vpn_gateways.get(connection.vpn_gateway_id)
    vpc = network.vpcs.get(gateway.vpc_id) if gateway and gateway.state in UP_STATES else None
    if gateway is None or vpc is None:
        told = network.unread_of("DescribeVpnGateways", "DescribeVpcs")
        if told:
            return walk.undecided(reason(Why.UNREAD, connection.id, "VpnGatewayId", "", peer=told))
        return walk.stopped(reason(Why.NOT_ATTACHED, connection.vpn_gateway_id, "VpcAttachments", "", peer="VPC"))
    walk = walk.hop(gateway.id)
    destination = walk.packet.destination
    if not any(destination in cidr for cidr in vpc.cidrs):
        return walk.stopped(reason(Why.NOT_TRANSITIVE, gateway.id, "", vpc.id, peer=str(destination)))
    if network.edge_table(gateway.id):
        return walk.undecided(reason(Why.UNMODELLED, gateway.id, "RouteTables", "", peer="gateway route table"))
    return walk.to(Entering(vpc.id))


def _into_transit(network: Network, walk: Walk, connection: VpnConnection) -> Walk:
    gateway_id = connection.transit_gateway_id
    mine = [one for one in network.attachments_of(gateway_id, connection.id) if one.state == "available"]
    if mine:
        return walk.carried_by(gateway_id, mine[0].id).to(Crossing(gateway_id, mine[0].id))
    told = network.unread_of("DescribeTransitGatewayAttachments")
    if told:
        return walk.undecided(reason(Why.UNREAD, connection.id, "", "", peer=told))
    return walk.stopped(reason(Why.NOT_ATTACHED, connection.id, "TransitGatewayAttachments", "", peer=gateway_id))
