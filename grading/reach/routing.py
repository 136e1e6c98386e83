"""Which route a table chooses for an address.

VPC tables: https://docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html and, for propagated routes that
overlap the VPC's own blocks, https://docs.aws.amazon.com/vpn/latest/s2svpn/vpn-route-priority.html
Transit gateways: https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html#tgw-route-evaluation-overview
"""

from collections.abc import Iterable
from dataclasses import dataclass

from grading.reach.hybrid import Attachment, TransitRoute, TransitTable
from grading.reach.model import IpAddress, IpNetwork, Route, RouteTable, Target
from grading.reach.network import Network
from grading.reach.vpn import announced_to_gateway, announced_to_transit, connections_of, untold_of
from grading.reach.words import Reason, Why, reason

PROPAGATED_ORDER = ("vpc", "direct-connect-gateway", "connect", "vpn", "peering")
"""Which of equally specific propagated routes a transit gateway takes."""
_UNMASKED = -1


@dataclass(frozen=True, slots=True)
class Choice:
    """The route that a table chose; none, with `doubt` when that cannot be told."""

    route: Route | None
    doubt: Reason | None = None


@dataclass(frozen=True, slots=True)
class TransitChoice:
    """The attachments a transit gateway sends to (several: it spreads flows over them); or a blackhole, or a doubt."""

    attachment_ids: tuple[str, ...] = ()
    blackhole: str = ""
    doubt: Reason | None = None


def vpc_route(network: Network, table: RouteTable, address: IpAddress) -> Choice:
    """The route by which a VPC sends to the address. The order of the table's routes does not matter."""
    routes = effective_routes(network, table)
    matching = [(route, length) for route in routes if (length := _length(route.destinations, address)) > _UNMASKED]
    if any(route.target is Target.LOCAL for route, _ in matching):
        # A propagated route never takes what is the VPC's own, however specific it is.
        matching = [(route, length) for route, length in matching if not route.propagated]
    best = min((_order(route, length) for route, length in matching), default=None)
    chosen = [route for route, length in matching if _order(route, length) == best]
    if not any(route.target is Target.LOCAL for route in chosen):
        doubt = _list_doubt(network, table, routes) or _local_doubt(network, table)
        if doubt is None and (best is None or best[0] == 0):
            doubt = _propagation_doubt(network, table)
        if doubt:
            return Choice(None, doubt)
    targets = sorted({route.target_id for route in chosen})
    if len(targets) > 1:
        names = ", ".join(targets)
        return Choice(None, reason(Why.AMBIGUOUS, table.id, "Routes", names, peer=names))
    return Choice(chosen[0] if chosen else None)


def _order(route: Route, length: int) -> tuple[int, int]:
    """The longest prefix first; among equals the VPC's own, then static routes, prefix lists, propagated routes."""
    if route.target is Target.LOCAL:
        return -length, 0
    if route.propagated:
        return -length, 3
    return -length, 2 if route.list_id else 1


def effective_routes(network: Network, table: RouteTable) -> tuple[Route, ...]:
    """The routes listed, those of the VPC's own blocks (no table is without), and those that must be propagated.

    AWS lists the latter itself; an emulator may only know that propagation is on.
    """
    vpc = network.vpcs.get(table.vpc_id)
    listed = {cidr for route in table.routes if not route.propagated for cidr in route.destinations}
    own = tuple(cidr for cidr in (vpc.cidrs if vpc else ()) if cidr not in listed)
    local = (Route(own, Target.LOCAL, "local"),) if own else ()
    known = {(cidr, route.target_id) for route in table.routes for cidr in route.destinations}
    derived = tuple(
        Route((cidr,), Target.VPN_GATEWAY, gateway, propagated=True)
        for gateway in sorted(table.propagating)
        for cidr in announced_to_gateway(network, gateway)
        if (cidr, gateway) not in known
    )
    return (*table.routes, *local, *derived)


def _length(destinations: Iterable[IpNetwork], address: IpAddress) -> int:
    lengths = (cidr.prefixlen for cidr in destinations if cidr.version == address.version and address in cidr)
    return max(lengths, default=_UNMASKED)


def _list_doubt(network: Network, table: RouteTable, routes: Iterable[Route]) -> Reason | None:
    """That the table routes by a prefix list whose blocks are not known: it may hold the address."""
    used = {route.list_id for route in routes if route.list_id}
    unknown = sorted(
        name for name in used if name not in network.prefix_lists or not network.prefix_lists[name].complete
    )
    if not unknown:
        return None
    why = network.unread_of("GetManagedPrefixListEntries")
    names = ", ".join(unknown)
    return reason(Why.UNREAD, table.id, "Routes[].DestinationPrefixListId", names, peer=f"{names} {why}".strip())


def _local_doubt(network: Network, table: RouteTable) -> Reason | None:
    """That the VPC's own blocks are known neither from the table nor from the VPC."""
    if table.vpc_id in network.vpcs or any(route.target is Target.LOCAL for route in table.routes):
        return None
    told = network.unread_of("DescribeVpcs") or table.vpc_id
    return reason(Why.UNREAD, table.vpc_id, "CidrBlock", "", peer=told)


def _propagation_doubt(network: Network, table: RouteTable) -> Reason | None:
    """That a gateway propagates into the table and it is not known what: less than a default route may miss it."""
    for gateway_id in sorted(table.propagating):
        told = network.unread_of("DescribeVpnGateways", "DescribeVpnConnections", "DescribeCustomerGateways")
        if told:
            return reason(Why.UNREAD, gateway_id, "Routes", "", peer=told)
        for connection in connections_of(network, gateway_id):
            if untold := untold_of(network, connection):
                return untold
    return None


def transit_routes(network: Network, table: TransitTable) -> tuple[TransitRoute, ...]:
    """The table's routes, with those that its propagating attachments announce.

    AWS lists these itself; moto never does.
    """
    known = {(route.destination, attachment) for route in table.routes for attachment in route.attachment_ids}
    derived: list[TransitRoute] = []
    for attachment_id in sorted(table.propagating):
        attachment = network.attachments.get((table.gateway_id, attachment_id))
        if attachment is None or attachment.state != "available":
            continue
        announced = announced_to_transit(network, attachment)
        derived += [
            TransitRoute(cidr, (attachment_id,), static=False)
            for cidr in announced
            if (cidr, attachment_id) not in known
        ]
    return (*table.routes, *derived)


def transit_route(network: Network, table: TransitTable, address: IpAddress) -> TransitChoice:
    """Where the transit gateway sends what this table routes; nothing at all when no route matches."""
    if table.unread:
        return TransitChoice(doubt=reason(Why.UNREAD, table.id, "Routes", table.unread, peer=table.unread))
    matching = [route for route in transit_routes(network, table) if address in route.destination]
    if all(route.destination.prefixlen == 0 for route in matching):
        doubt = _announcer_doubt(network, table)
        if doubt:
            return TransitChoice(doubt=doubt)
    if not matching:
        return TransitChoice()
    longest = max(route.destination.prefixlen for route in matching)
    equal = [route for route in matching if route.destination.prefixlen == longest]
    first = min(_transit_rank(network, table, route) for route in equal)
    best = [route for route in equal if _transit_rank(network, table, route) == first]
    if any(route.blackhole for route in best):
        return TransitChoice(blackhole=str(best[0].destination))
    if any(not route.attachment_ids for route in best):
        told = f"{best[0].destination}: TransitGatewayAttachments"
        return TransitChoice(doubt=reason(Why.UNREAD, table.id, "Routes[].TransitGatewayAttachments", "", peer=told))
    return TransitChoice(tuple(sorted({one for route in best for one in route.attachment_ids})))


def _announcer_doubt(network: Network, table: TransitTable) -> Reason | None:
    """That a VPN connection propagates into the table and nobody says what: it may hold the address.

    AWS lists what it announces; this is for engines that tell nothing of tunnels.
    """
    for attachment_id in sorted(table.propagating):
        attachment = network.attachments.get((table.gateway_id, attachment_id))
        connection = network.vpn_connections.get(attachment.resource_id) if attachment else None
        if connection and (untold := untold_of(network, connection)):
            return untold
    told = network.unread_of(
        "DescribeTransitGatewayAttachments", "DescribeVpcs", "DescribeVpnConnections", "DescribeCustomerGateways"
    )
    return reason(Why.UNREAD, table.id, "Routes", "", peer=told) if told and table.propagating else None


def _transit_rank(network: Network, table: TransitTable, route: TransitRoute) -> int:
    if route.static or route.blackhole:
        return 1 if route.list_id else 0
    kinds = [_kind(network.attachments.get((table.gateway_id, one))) for one in route.attachment_ids]
    return 2 + min((PROPAGATED_ORDER.index(kind) for kind in kinds if kind in PROPAGATED_ORDER), default=9)


def _kind(attachment: Attachment | None) -> str:
    return attachment.kind if attachment else ""
