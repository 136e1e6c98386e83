"""Steps through what a VPC's route can lead to, other than its own addresses."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from grading.reach.borders import into, out_of, past_access_block
from grading.reach.hybrid import TransitGateway
from grading.reach.model import Interface, NatGateway, Route, Subnet, Target
from grading.reach.nat import nat_instance
from grading.reach.network import Network
from grading.reach.sites import toward_site
from grading.reach.walk import Abroad, Crossing, Entering, Leaving, Walk, World
from grading.reach.words import Reason, Why, reason
from grading.reach.world import is_unrouted, known_abroad_as

Through = Callable[[Network, Walk, Route, Subnet], tuple[Walk, ...]]
_LOAD_BALANCED = "gateway_load_balancer_endpoint"


def missing(network: Network, walk: Walk, route: Route, *operations: str) -> Walk:
    """Stopped at a route whose target is not there; undecided where AWS was asked for it in vain."""
    told = network.unread_of(*operations)
    if told:
        return walk.undecided(reason(Why.UNREAD, route.target_id, "", "", peer=told))
    peer = str(walk.packet.destination)
    return walk.stopped(reason(Why.TARGET_GONE, route.target_id, "Routes", "", peer=peer))


def internet_gateway(network: Network, walk: Walk, route: Route, subnet: Subnet) -> tuple[Walk, ...]:
    """Out to the internet, under the sender's public address, which it must have.

    https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html
    """
    gateway = network.internet_gateways.get(route.target_id)
    if gateway is None:
        return (missing(network, walk, route, "DescribeInternetGateways"),)
    if gateway.vpc_id != subnet.vpc_id:
        return (walk.stopped(_detached(gateway.id, gateway.vpc_id, subnet)),)
    walk = past_access_block(network, out_of(network, walk, subnet), subnet.vpc_id)
    source, destination = walk.packet.source, walk.packet.destination
    if is_unrouted(destination):
        return (walk.stopped(reason(Why.PRIVATE_ON_INTERNET, gateway.id, "", str(destination), peer=str(destination))),)
    public = known_abroad_as(network, subnet.vpc_id, source)
    if public is None:
        found = str(source)
        return (walk.stopped(reason(Why.NO_PUBLIC_ADDRESS, gateway.id, "Association.PublicIp", found, peer=found)),)
    walk = replace(walk, packet=replace(walk.packet, source=public))
    return (walk.hop(gateway.id).carried_by(gateway.id).to(Abroad()),)


def egress_only_gateway(network: Network, walk: Walk, route: Route, subnet: Subnet) -> tuple[Walk, ...]:
    """Out to the internet over IPv6; nothing comes in that was not asked for.

    https://docs.aws.amazon.com/vpc/latest/userguide/egress-only-internet-gateway.html
    """
    gateway = network.internet_gateways.get(route.target_id)
    if gateway is None:
        return (missing(network, walk, route, "DescribeEgressOnlyInternetGateways"),)
    if gateway.vpc_id != subnet.vpc_id:
        return (walk.stopped(_detached(gateway.id, gateway.vpc_id, subnet)),)
    walk = past_access_block(network, out_of(network, walk, subnet), subnet.vpc_id)
    if walk.is_answer and walk.request_kept_by(gateway.id) is None:
        return (walk.stopped(reason(Why.ASYMMETRIC, gateway.id, "", "", peer=gateway.id)),)
    return (walk.hop(gateway.id).carried_by(gateway.id).kept_by(gateway.id).to(Abroad()),)


def nat_gateway(network: Network, walk: Walk, route: Route, subnet: Subnet) -> tuple[Walk, ...]:
    """To the NAT gateway, and on from its own subnet under its own address."""
    nat = network.nat_gateways.get(route.target_id)
    if nat is None:
        return (missing(network, walk, route, "DescribeNatGateways"),)
    fault = _nat_fault(walk, nat, subnet)
    if fault:
        return (walk.stopped(fault),)
    home = network.subnets.get(nat.subnet_id)
    if nat.regional or home is None:
        return (walk.undecided(reason(Why.UNMODELLED, nat.id, "AvailabilityMode", "", peer="regional NAT gateway")),)
    if walk.packet.destination.version != 4:  # noqa: PLR2004 - NAT64
        return (walk.undecided(reason(Why.UNMODELLED, nat.id, "", "", peer="NAT64")),)
    walk = into(network, out_of(network, walk, subnet), home)
    address = nat.private_ip or nat.public_ip
    if address is None:
        return (walk.undecided(reason(Why.UNREAD, nat.id, "NatGatewayAddresses", "", peer=nat.id)),)
    return (walk.hop(nat.id).carried_by(nat.id).resent(nat.id, address).to(Leaving(home.id)),)


def _nat_fault(walk: Walk, nat: NatGateway, subnet: Subnet) -> Reason | None:
    if nat.state != "available":
        return reason(Why.NOT_AVAILABLE, nat.id, "State", nat.state)
    if nat.vpc_id != subnet.vpc_id:
        return _detached(nat.id, nat.vpc_id, subnet)
    if walk.is_answer:
        # It knows the flow only from requests that it sent on itself.
        return reason(Why.ASYMMETRIC, nat.id, "", "", peer=nat.id)
    return None


def interface(network: Network, walk: Walk, route: Route, subnet: Subnet) -> tuple[Walk, ...]:
    """To an interface that is to send it on: a NAT instance, a firewall."""
    nic = _interface_of(network, route)
    if nic is None:
        return (missing(network, walk, route, "DescribeNetworkInterfaces", "DescribeInstances"),)
    if walk.packet.destination in nic.addresses:
        return (walk.to(Entering(nic.vpc_id, subnet.id)),)
    if fault := _forwarding_fault(network, walk, nic):
        return (walk.stopped(fault),)
    if nic.kind == _LOAD_BALANCED:
        return (walk.undecided(reason(Why.UNMODELLED, nic.id, "InterfaceType", nic.kind, peer=nic.kind)),)
    if _asks_the_internet(network, walk, subnet):
        return (nat_instance(network, walk, nic, subnet),)
    return (walk.hop(nic.id).undecided(reason(Why.APPLIANCE, nic.id, "SourceDestCheck", "false")),)


def _forwarding_fault(network: Network, walk: Walk, nic: Interface) -> Reason | None:
    """Why the machine certainly sends nothing on that is not its own."""
    owner = network.instances.get(nic.instance_id)
    if owner is not None and owner.state != "running":
        return reason(Why.NOT_RUNNING, owner.id, "State.Name", owner.state)
    primary = owner is not None and owner.interface_ids[:1] == (nic.id,)
    if (
        nic.source_dest_check
        and nic.kind != _LOAD_BALANCED
        and (owner is None or owner.source_dest_check or not primary)
    ):
        return reason(Why.SOURCE_DEST_CHECK, nic.id, "SourceDestCheck", "true")
    if walk.packet.source in nic.addresses:
        return reason(Why.LOOP, nic.id, "Routes", "", peer=str(walk.packet.destination))
    return None


def _asks_the_internet(network: Network, walk: Walk, subnet: Subnet) -> bool:
    """Whether this is what NAT is for. What else is sent to a machine, it may be a firewall for: nobody can tell."""
    source, destination = walk.packet.source, walk.packet.destination
    if walk.is_answer or destination.version != 4 or is_unrouted(destination):  # noqa: PLR2004 - the IP version
        return False
    return known_abroad_as(network, subnet.vpc_id, source) is None


def _interface_of(network: Network, route: Route) -> Interface | None:
    """The interface itself, or the primary one of an instance that the route names."""
    owner = network.instances.get(route.target_id)
    name = owner.interface_ids[0] if owner and owner.interface_ids else route.target_id
    return network.interfaces.get(name)


def peering(network: Network, walk: Walk, route: Route, subnet: Subnet) -> tuple[Walk, ...]:
    """To the other VPC's own addresses, and nowhere beyond.

    https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html#vpc-peering-limitations
    """
    link = network.peerings.get(route.target_id)
    if link is None:
        return (missing(network, walk, route, "DescribeVpcPeeringConnections"),)
    if link.state != "active":
        return (walk.stopped(reason(Why.NOT_AVAILABLE, link.id, "Status.Code", link.state)),)
    if subnet.vpc_id not in link.vpc_ids:
        return (walk.stopped(_detached(link.id, ", ".join(link.vpc_ids), subnet)),)
    walk = out_of(network, walk, subnet).hop(link.id).carried_by(link.id)
    other = network.vpcs.get(link.other(subnet.vpc_id))
    if other is None:
        told = network.unread_of("DescribeVpcs") or link.other(subnet.vpc_id)
        return (walk.undecided(reason(Why.UNREAD, link.id, "VpcId", "", peer=told)),)
    destination = walk.packet.destination
    if not any(destination in cidr for cidr in other.cidrs):
        return (walk.stopped(reason(Why.NOT_TRANSITIVE, link.id, "", other.id, peer=str(destination))),)
    return (walk.to(Entering(other.id)),)


def transit_gateway(network: Network, walk: Walk, route: Route, subnet: Subnet) -> tuple[Walk, ...]:
    """To the transit gateway, by the attachment's interface in the sender's zone.

    Which ACLs count: https://docs.aws.amazon.com/vpc/latest/tgw/tgw-nacls.html
    """
    gateway = network.transit_gateways.get(route.target_id)
    if gateway is None:
        return (missing(network, walk, route, "DescribeTransitGateways"),)
    if gateway.state != "available":
        return (walk.stopped(reason(Why.NOT_AVAILABLE, gateway.id, "State", gateway.state)),)
    if walk.packet.destination.version != 4:  # noqa: PLR2004 - the attachment's Ipv6Support
        peer = "IPv6 over a transit gateway"
        return (walk.undecided(reason(Why.UNMODELLED, gateway.id, "Ipv6Support", "", peer=peer)),)
    return (_by_attachment(network, walk, gateway, subnet),)


def _by_attachment(network: Network, walk: Walk, gateway: TransitGateway, subnet: Subnet) -> Walk:
    mine = [one for one in network.attachments_of(gateway.id, subnet.vpc_id) if one.state == "available"]
    if not mine:
        told = network.unread_of("DescribeTransitGatewayAttachments")
        if told:
            return walk.undecided(reason(Why.UNREAD, gateway.id, "", "", peer=told))
        return walk.stopped(reason(Why.NOT_ATTACHED, gateway.id, "TransitGatewayAttachments", "", peer=subnet.vpc_id))
    attachment = mine[0]
    if attachment.subnet_ids is None:
        told = network.unread_of("DescribeTransitGatewayVpcAttachments") or attachment.id
        return walk.undecided(reason(Why.UNREAD, attachment.id, "SubnetIds", "", peer=told))
    doors = [network.subnets[one] for one in attachment.subnet_ids if one in network.subnets]
    door = next((one for one in doors if one.zone == subnet.zone), None)
    if door is None:
        zones = ", ".join(sorted(one.zone for one in doors))
        return walk.stopped(reason(Why.NO_ZONE, attachment.id, "SubnetIds", zones, peer=subnet.zone))
    walk = into(network, out_of(network, walk, subnet), door)
    walk = walk.hop(attachment.id).carried_by(gateway.id, attachment.id)
    return walk.to(Crossing(gateway.id, attachment.id))


def vpn_gateway(network: Network, walk: Walk, route: Route, subnet: Subnet) -> tuple[Walk, ...]:
    """To the VPN connection of the gateway whose far side has the most specific prefix."""
    gateway = network.vpn_gateways.get(route.target_id)
    if gateway is None:
        return (missing(network, walk, route, "DescribeVpnGateways"),)
    if gateway.vpc_id != subnet.vpc_id:
        return (walk.stopped(_detached(gateway.id, gateway.vpc_id, subnet)),)
    walk = out_of(network, walk, subnet).hop(gateway.id).carried_by(gateway.id)
    return toward_site(network, walk, gateway.id, propagated=route.propagated)


def through_endpoint_or_other(network: Network, walk: Walk, route: Route, subnet: Subnet) -> tuple[Walk, ...]:
    """To a service by a gateway endpoint; whatever else a route may lead to is not modelled."""
    endpoint = network.endpoints.get(route.target_id)
    if route.target is Target.ENDPOINT and endpoint is None:
        return (missing(network, walk, route, "DescribeVpcEndpoints"),)
    if endpoint is None or endpoint.kind != "Gateway":
        kind = endpoint.kind if endpoint else route.target_id or "Target: -"
        return (walk.undecided(reason(Why.UNMODELLED, route.target_id, "Routes", kind, peer=kind)),)
    if endpoint.state.lower() != "available":
        return (walk.stopped(reason(Why.NOT_AVAILABLE, endpoint.id, "State", endpoint.state)),)
    walk = out_of(network, walk, subnet).hop(endpoint.id).carried_by(endpoint.id)
    if not endpoint.full_access:
        walk = walk.noting_doubt(reason(Why.POLICY, endpoint.id, "PolicyDocument", ""))
    return (walk.arrived(World(walk.packet.destination, endpoint.id)),)


def _detached(gateway_id: str, vpc_id: str, subnet: Subnet) -> Reason:
    return reason(Why.NOT_ATTACHED, gateway_id, "VpcId", vpc_id, peer=subnet.vpc_id)


GATEWAYS: Mapping[Target, Through] = {
    Target.INTERNET_GATEWAY: internet_gateway,
    Target.EGRESS_ONLY_GATEWAY: egress_only_gateway,
    Target.NAT_GATEWAY: nat_gateway,
    Target.INTERFACE: interface,
    Target.PEERING: peering,
    Target.TRANSIT_GATEWAY: transit_gateway,
    Target.VPN_GATEWAY: vpn_gateway,
}
