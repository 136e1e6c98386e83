"""The parts of a VPC network, as AWS's Describe calls tell them. Ids are AWS's; addresses are `ipaddress` objects."""

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

IpAddress = IPv4Address | IPv6Address
IpNetwork = IPv4Network | IPv6Network
PortRange = tuple[int, int]
"""First and last port, both included."""
ANY_PROTOCOL = -1
ALL_PORTS: PortRange = (0, 65535)


@dataclass(frozen=True, slots=True)
class Vpc:
    """A VPC. `cidrs` are the blocks that are associated, of both families."""

    id: str
    cidrs: tuple[IpNetwork, ...]


@dataclass(frozen=True, slots=True)
class Subnet:
    """A subnet. `zone` is the zone's id (use1-az4), which means the same in every account."""

    id: str
    vpc_id: str
    cidrs: tuple[IpNetwork, ...]
    zone: str = ""


class Target(StrEnum):
    """What a route leads to."""

    LOCAL = "local"
    INTERNET_GATEWAY = "internet gateway"
    EGRESS_ONLY_GATEWAY = "egress-only internet gateway"
    NAT_GATEWAY = "NAT gateway"
    INTERFACE = "network interface"
    TRANSIT_GATEWAY = "transit gateway"
    PEERING = "VPC peering connection"
    VPN_GATEWAY = "virtual private gateway"
    ENDPOINT = "VPC endpoint"
    OTHER = "other"
    """Carrier gateways, local gateways, core networks…: not modelled."""


@dataclass(frozen=True, slots=True)
class Route:
    """A route of a VPC's route table. `destinations` are several only for a prefix list, whose id is then `list_id`."""

    destinations: tuple[IpNetwork, ...]
    target: Target
    target_id: str
    propagated: bool = False
    blackhole: bool = False
    list_id: str = ""


@dataclass(frozen=True, slots=True)
class RouteTable:
    """A VPC's route table. `gateway_ids`: gateways whose incoming packets it routes (edge association)."""

    id: str
    vpc_id: str
    main: bool
    subnet_ids: frozenset[str]
    routes: tuple[Route, ...]
    gateway_ids: frozenset[str] = frozenset()
    propagating: frozenset[str] = frozenset()
    """Virtual private gateways whose routes are propagated into it."""


@dataclass(frozen=True, slots=True)
class AclEntry:
    """A numbered rule of a network ACL; the lowest number that matches decides."""

    number: int
    egress: bool
    allow: bool
    protocol: int
    cidr: IpNetwork
    ports: PortRange = ALL_PORTS
    icmp_type: int = -1


@dataclass(frozen=True, slots=True)
class NetworkAcl:
    """A network ACL: stateless, for packets that cross a subnet's border."""

    id: str
    vpc_id: str
    default: bool
    subnet_ids: frozenset[str]
    entries: tuple[AclEntry, ...]


@dataclass(frozen=True, slots=True)
class GroupRule:
    """A security group's rule, for one peer: an address block, a prefix list or another group."""

    egress: bool
    protocol: int
    ports: PortRange = ALL_PORTS
    icmp_type: int = -1
    cidr: IpNetwork | None = None
    list_id: str = ""
    group_id: str = ""


@dataclass(frozen=True, slots=True)
class SecurityGroup:
    """A security group: stateful, allows only."""

    id: str
    vpc_id: str
    rules: tuple[GroupRule, ...]


@dataclass(frozen=True, slots=True)
class PrefixList:
    """A managed prefix list's blocks. `complete` is False where the engine would not tell them."""

    id: str
    cidrs: tuple[IpNetwork, ...]
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Interface:
    """A network interface. `public` maps its private IPv4 addresses to the public ones they have."""

    id: str
    vpc_id: str
    subnet_id: str
    addresses: tuple[IpAddress, ...]
    public: tuple[tuple[IpAddress, IpAddress], ...] = ()
    group_ids: tuple[str, ...] = ()
    source_dest_check: bool = True
    instance_id: str = ""
    kind: str = "interface"

    def public_of(self, address: IpAddress) -> IpAddress | None:
        """The address the internet knows `address` by; an IPv6 address is its own."""
        return address if address.version == 6 else dict(self.public).get(address)  # noqa: PLR2004 - the family


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance. `interface_ids` in the order of their device index: the first is the primary one."""

    id: str
    state: str
    interface_ids: tuple[str, ...]
    source_dest_check: bool = True
    """Of the primary interface. AWS keeps both alike; moto changes the one that was named."""


@dataclass(frozen=True, slots=True)
class InternetGateway:
    """An internet gateway, or an egress-only one; `vpc_id` is empty when it is attached to none."""

    id: str
    vpc_id: str
    egress_only: bool = False


@dataclass(frozen=True, slots=True)
class NatGateway:
    """A NAT gateway. `private_ip` is what it sends from inside AWS, `public_ip` what the internet sees."""

    id: str
    vpc_id: str
    subnet_id: str
    state: str
    public: bool = True
    private_ip: IpAddress | None = None
    public_ip: IpAddress | None = None
    regional: bool = False


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A VPC endpoint. `full_access`: its policy is the default one that allows everything."""

    id: str
    vpc_id: str
    kind: str
    state: str
    full_access: bool


@dataclass(frozen=True, slots=True)
class Peering:
    """A VPC peering connection between two VPCs, either of which may be in another region or account."""

    id: str
    state: str
    vpc_ids: tuple[str, str]
    regions: tuple[str, str] = ("", "")

    def other(self, vpc_id: str) -> str:
        """The VPC on the other end."""
        first, second = self.vpc_ids
        return second if vpc_id == first else first
