"""What a VPN connection carries: whether it is up and which prefixes its far side is known to have."""

from dataclasses import dataclass

from grading.reach.hybrid import Attachment, FarSide, VpnConnection
from grading.reach.model import IpNetwork, Target
from grading.reach.network import Network
from grading.reach.words import Reason, Why, reason

UP_STATES = ("available", "attached")


@dataclass(frozen=True, slots=True)
class Carried:
    """What a connection carries to its far side. `fault`: nothing, for sure; `doubt`: `prefixes` may not be all."""

    prefixes: tuple[IpNetwork, ...] = ()
    static: bool = False
    fault: Reason | None = None
    doubt: Reason | None = None


def carried(network: Network, connection: VpnConnection) -> Carried:
    """The prefixes AWS sends into the connection.

    A static connection has its static routes; a dynamic one what the device announces over BGP, for which there is a
    session only when the customer gateway names the device's AS.
    https://docs.aws.amazon.com/vpn/latest/s2svpn/VPNRoutingTypes.html
    """
    if connection.state != "available":
        return Carried(fault=reason(Why.NOT_AVAILABLE, connection.id, "State", connection.state))
    far = network.far_side(connection)
    dead = _dead(connection, far)
    if dead:
        return Carried(fault=dead)
    if connection.static_only or (connection.static_only is None and connection.routes):
        return Carried(connection.routes or (), static=True)
    if far is not None:
        return _announced(network, connection, far)
    return _learned(network, connection)


def _dead(connection: VpnConnection, far: FarSide | None) -> Reason | None:
    """That both tunnels are down, by what is declared of the device, else by telemetry."""
    if far is not None:
        return None if far.up else reason(Why.TUNNELS_DOWN, connection.id, "far side", "down")
    if connection.tunnels and not any(tunnel.up for tunnel in connection.tunnels):
        return reason(Why.TUNNELS_DOWN, connection.id, "VgwTelemetry[].Status", "DOWN")
    return None


def _announced(network: Network, connection: VpnConnection, far: FarSide) -> Carried:
    gateway = network.customer_gateways[connection.customer_gateway_id]
    if gateway.asn != far.asn:
        found = f"{gateway.asn} ≠ {far.asn}"
        return Carried(fault=reason(Why.ASN_MISMATCH, gateway.id, "BgpAsn", found))
    return Carried(far.prefixes)


def _learned(network: Network, connection: VpnConnection) -> Carried:
    """What AWS shows of a device that nobody declared: the routes that were propagated from it."""
    seen = _seen_in_tables(network, connection)
    if connection.tunnels is None:
        told = f"{connection.id}: VgwTelemetry, Options"
        return Carried(seen, doubt=reason(Why.UNREAD, connection.id, "VgwTelemetry", "", peer=told))
    if not any(tunnel.accepted_routes for tunnel in connection.tunnels):
        return Carried()
    told = "BGP"
    return Carried(seen, doubt=reason(Why.UNREAD, connection.id, "VgwTelemetry[].AcceptedRouteCount", "", peer=told))


def untold_of(network: Network, connection: VpnConnection) -> Reason | None:
    """Why it is not known what the connection announces, where an engine tells nothing of its tunnels.

    AWS tells, and lists in the tables what was announced.
    """
    return carried(network, connection).doubt if connection.tunnels is None else None


def _seen_in_tables(network: Network, connection: VpnConnection) -> tuple[IpNetwork, ...]:
    gateway = connection.vpn_gateway_id
    of_vpcs = {
        cidr
        for table in network.route_tables.values()
        for route in table.routes
        if gateway and route.propagated and route.target is Target.VPN_GATEWAY and route.target_id == gateway
        for cidr in route.destinations
    }
    mine = {one.id for one in network.attachments_of(connection.transit_gateway_id, connection.id)}
    of_transit = {
        route.destination
        for table in network.transit_tables.values()
        for route in table.routes
        if not route.static and mine & set(route.attachment_ids)
    }
    return tuple(sorted(of_vpcs | of_transit, key=str))


def connections_of(network: Network, gateway_id: str) -> tuple[VpnConnection, ...]:
    """The VPN connections of a virtual private gateway that were not deleted."""
    mine = (one for one in network.vpn_connections.values() if one.vpn_gateway_id == gateway_id)
    return tuple(sorted((one for one in mine if one.state not in ("deleted", "deleting")), key=lambda one: one.id))


def announced_to_gateway(network: Network, gateway_id: str) -> tuple[IpNetwork, ...]:
    """What the gateway's connections make known to route tables that take its propagation."""
    gateway = network.vpn_gateways.get(gateway_id)
    if gateway is None or gateway.state not in UP_STATES:
        return ()
    found = {cidr for one in connections_of(network, gateway_id) for cidr in carried(network, one).prefixes}
    return tuple(sorted(found, key=str))


def announced_to_transit(network: Network, attachment: Attachment) -> tuple[IpNetwork, ...]:
    """What the attachment makes known to the transit gateway's tables it propagates to."""
    if attachment.kind == "vpc":
        vpc = network.vpcs.get(attachment.resource_id)
        return vpc.cidrs if vpc else ()
    connection = network.vpn_connections.get(attachment.resource_id)
    # A peering attachment announces nothing: its routes are static.
    return carried(network, connection).prefixes if connection else ()
