"""Everything that was read, keyed by id, and the look-ups that the walk needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from grading.reach.hybrid import (
    Attachment,
    CustomerGateway,
    FarSide,
    TransitGateway,
    TransitTable,
    VpnConnection,
    VpnGateway,
)
from grading.reach.model import (
    Endpoint,
    Instance,
    Interface,
    InternetGateway,
    IpAddress,
    NatGateway,
    NetworkAcl,
    Peering,
    PrefixList,
    RouteTable,
    SecurityGroup,
    Subnet,
    Vpc,
)


@dataclass(frozen=True, slots=True)
class Network:
    """A snapshot of one or more regions and accounts. `unread`: operations that were not answered, with the reason."""

    vpcs: Mapping[str, Vpc] = field(default_factory=dict)
    subnets: Mapping[str, Subnet] = field(default_factory=dict)
    route_tables: Mapping[str, RouteTable] = field(default_factory=dict)
    acls: Mapping[str, NetworkAcl] = field(default_factory=dict)
    groups: Mapping[str, SecurityGroup] = field(default_factory=dict)
    prefix_lists: Mapping[str, PrefixList] = field(default_factory=dict)
    interfaces: Mapping[str, Interface] = field(default_factory=dict)
    instances: Mapping[str, Instance] = field(default_factory=dict)
    internet_gateways: Mapping[str, InternetGateway] = field(default_factory=dict)
    nat_gateways: Mapping[str, NatGateway] = field(default_factory=dict)
    endpoints: Mapping[str, Endpoint] = field(default_factory=dict)
    peerings: Mapping[str, Peering] = field(default_factory=dict)
    transit_gateways: Mapping[str, TransitGateway] = field(default_factory=dict)
    attachments: Mapping[tuple[str, str], Attachment] = field(default_factory=dict)
    transit_tables: Mapping[str, TransitTable] = field(default_factory=dict)
    customer_gateways: Mapping[str, CustomerGateway] = field(default_factory=dict)
    vpn_connections: Mapping[str, VpnConnection] = field(default_factory=dict)
    vpn_gateways: Mapping[str, VpnGateway] = field(default_factory=dict)
    far_sides: tuple[FarSide, ...] = ()
    access_blocks: Mapping[str, str] = field(default_factory=dict)
    """VPCs where VPC Block Public Access is on, with its mode. Its exclusions are not modelled."""
    unread: Mapping[str, str] = field(default_factory=dict)

    def table_of(self, subnet: Subnet) -> RouteTable | None:
        """The table that routes what leaves the subnet: its own, else the VPC's main one."""
        tables = [table for table in self.route_tables.values() if table.vpc_id == subnet.vpc_id]
        own = [table for table in tables if subnet.id in table.subnet_ids]
        return next(iter(own or [table for table in tables if table.main]), None)

    def edge_table(self, gateway_id: str) -> RouteTable | None:
        """The table that routes what enters through the gateway, where one is associated with it."""
        return next((table for table in self.route_tables.values() if gateway_id in table.gateway_ids), None)

    def acl_of(self, subnet: Subnet) -> NetworkAcl | None:
        """The subnet's network ACL: its own, else the VPC's default one."""
        acls = [acl for acl in self.acls.values() if acl.vpc_id == subnet.vpc_id]
        own = [acl for acl in acls if subnet.id in acl.subnet_ids]
        return next(iter(own or [acl for acl in acls if acl.default]), None)

    def subnet_at(self, vpc_id: str, address: IpAddress) -> Subnet | None:
        """The VPC's subnet that holds the address."""
        subnets = (subnet for subnet in self.subnets.values() if subnet.vpc_id == vpc_id)
        return next((subnet for subnet in subnets if any(address in cidr for cidr in subnet.cidrs)), None)

    def interface_at(self, vpc_id: str, address: IpAddress) -> Interface | None:
        """The VPC's interface that has the private (or IPv6) address."""
        return next(
            (nic for nic in self.interfaces.values() if nic.vpc_id == vpc_id and address in nic.addresses), None
        )

    def interface_known_as(self, address: IpAddress) -> Interface | None:
        """The interface that the internet knows by the address."""
        found = (nic for nic in self.interfaces.values() if address in {public for _, public in nic.public})
        return next(found, None) if address.version == 4 else self._ipv6_interface(address)  # noqa: PLR2004

    def _ipv6_interface(self, address: IpAddress) -> Interface | None:
        return next((nic for nic in self.interfaces.values() if address in nic.addresses), None)

    def nat_at(self, vpc_id: str, address: IpAddress) -> NatGateway | None:
        """The VPC's NAT gateway that has the private address."""
        nats = (nat for nat in self.nat_gateways.values() if nat.vpc_id == vpc_id)
        return next((nat for nat in nats if nat.private_ip == address), None)

    def nat_known_as(self, address: IpAddress) -> NatGateway | None:
        """The NAT gateway that the internet knows by the address."""
        return next((nat for nat in self.nat_gateways.values() if nat.public_ip == address), None)

    def attachments_of(self, gateway_id: str, resource_id: str) -> tuple[Attachment, ...]:
        """How the resource is attached to the transit gateway."""
        mine = (one for one in self.attachments.values() if one.gateway_id == gateway_id)
        return tuple(one for one in mine if one.resource_id == resource_id)

    def tables_associated(self, attachment: Attachment) -> tuple[TransitTable, ...]:
        """The tables that route what the attachment sends: one, for AWS refuses a second.

        moto does not, and leaves the attachment in the default table as well, which is then not the one that was meant.
        """
        tables = (table for table in self.transit_tables.values() if table.gateway_id == attachment.gateway_id)
        mine = sorted((table for table in tables if attachment.id in table.associated), key=lambda table: table.id)
        meant = [table for table in mine if not table.default_association]
        return tuple(meant or mine)

    def far_side(self, connection: VpnConnection) -> FarSide | None:
        """What is declared of the device at the connection's far end."""
        gateway = self.customer_gateways.get(connection.customer_gateway_id)
        if gateway is None:
            return None
        return next((far for far in self.far_sides if far.outside == gateway.address), None)

    def unread_of(self, *operations: str) -> str:
        """Why something that one of the operations would tell is not known; empty when all were answered."""
        return "; ".join(f"{name}: {self.unread[name]}" for name in operations if name in self.unread)
