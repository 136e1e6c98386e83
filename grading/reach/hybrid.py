"""The parts of a network between VPCs and beyond AWS: transit gateways, VPN connections, what is at their far end."""

from dataclasses import dataclass

from grading.reach.model import IpAddress, IpNetwork


@dataclass(frozen=True, slots=True)
class TransitGateway:
    """A transit gateway. `group_references`: rules may name groups of other attached VPCs."""

    id: str
    state: str
    group_references: bool = False


@dataclass(frozen=True, slots=True)
class Attachment:
    """What is attached to a transit gateway. Both ends of a peering share an id, so it is named by gateway and id."""

    id: str
    gateway_id: str
    kind: str
    """AWS's ResourceType: vpc, vpn, peering, direct-connect-gateway, connect, network-function…"""
    resource_id: str
    state: str
    subnet_ids: tuple[str, ...] | None = None
    """For a VPC: one subnet for each zone it serves. None where the engine did not tell."""
    group_references: bool = True


@dataclass(frozen=True, slots=True)
class TransitRoute:
    """A route of a transit gateway's table. No `attachment_ids` and no blackhole: the engine did not say where to."""

    destination: IpNetwork
    attachment_ids: tuple[str, ...] = ()
    static: bool = True
    blackhole: bool = False
    list_id: str = ""


@dataclass(frozen=True, slots=True)
class TransitTable:
    """A transit gateway's route table: `associated` attachments send by it, `propagating` ones announce into it."""

    id: str
    gateway_id: str
    associated: frozenset[str]
    propagating: frozenset[str]
    routes: tuple[TransitRoute, ...]
    default_association: bool = False
    """New attachments are associated with it unless told otherwise."""
    unread: str = ""
    """Why a part of it is not known; empty when all is."""


@dataclass(frozen=True, slots=True)
class CustomerGateway:
    """What AWS was told of the device at a VPN connection's far end."""

    id: str
    asn: int | None
    address: IpAddress | None


@dataclass(frozen=True, slots=True)
class Tunnel:
    """One of a VPN connection's two tunnels, from AWS's telemetry."""

    up: bool
    accepted_routes: int


@dataclass(frozen=True, slots=True)
class VpnConnection:
    """A Site-to-Site VPN connection to a virtual private gateway or a transit gateway.

    `static_only`, `routes` and `tunnels` are None where the engine did not tell.
    """

    id: str
    state: str
    customer_gateway_id: str
    vpn_gateway_id: str = ""
    transit_gateway_id: str = ""
    static_only: bool | None = None
    routes: tuple[IpNetwork, ...] | None = None
    tunnels: tuple[Tunnel, ...] | None = None


@dataclass(frozen=True, slots=True)
class VpnGateway:
    """A virtual private gateway; `vpc_id` is empty when it is attached to none."""

    id: str
    vpc_id: str
    state: str


@dataclass(frozen=True, slots=True)
class FarSide:
    """The customer's device, which no AWS call describes: whoever asks says what it is and what it announces.

    Found by its outside address, as a customer gateway has it. It stands in for telemetry: a lab has no such device, so
    its tunnels would be down for ever.
    """

    outside: IpAddress
    asn: int
    prefixes: tuple[IpNetwork, ...]
    up: bool = True
