"""One item of a Describe call's answer → one part between VPCs or beyond AWS."""

from collections.abc import Mapping
from typing import Any

from grading.reach.hybrid import (
    Attachment,
    CustomerGateway,
    TransitGateway,
    TransitRoute,
    TransitTable,
    Tunnel,
    VpnConnection,
    VpnGateway,
)
from grading.reach.parsing_vpc import network, optional_address

Raw = Mapping[str, Any]
ENDED = ("deleted", "disabled", "disassociated", "rejected", "failed")


def transit_gateway(raw: Raw) -> TransitGateway:
    """DescribeTransitGateways."""
    options = raw.get("Options") or {}
    references = options.get("SecurityGroupReferencingSupport") == "enable"
    return TransitGateway(raw["TransitGatewayId"], raw["State"], references)


def attachment(raw: Raw, of_vpc: Raw | None) -> Attachment:
    """DescribeTransitGatewayAttachments, with the same one from DescribeTransitGatewayVpcAttachments if it is there."""
    options = (of_vpc or {}).get("Options") or {}
    subnets = (of_vpc or {}).get("SubnetIds")
    return Attachment(
        id=raw["TransitGatewayAttachmentId"],
        gateway_id=raw["TransitGatewayId"],
        kind=raw.get("ResourceType") or "",
        resource_id=raw.get("ResourceId") or "",
        state=raw["State"],
        subnet_ids=None if subnets is None else tuple(subnets),
        group_references=options.get("SecurityGroupReferencingSupport", "enable") == "enable",
    )


def transit_table(raw: Raw, *, associations: Raw, propagations: Raw, routes: Raw, unread: str) -> TransitTable:
    """DescribeTransitGatewayRouteTables and the three answers about one table (empty where there was none)."""
    return TransitTable(
        id=raw["TransitGatewayRouteTableId"],
        gateway_id=raw["TransitGatewayId"],
        associated=_attached(associations.get("Associations") or []),
        propagating=_attached(propagations.get("TransitGatewayRouteTablePropagations") or []),
        routes=tuple(_transit_route(one) for one in routes.get("Routes") or [] if one.get("State") not in ENDED),
        default_association=bool(raw.get("DefaultAssociationRouteTable")),
        unread=unread,
    )


def _attached(items: list[Raw]) -> frozenset[str]:
    return frozenset(one["TransitGatewayAttachmentId"] for one in items if one.get("State") not in ENDED)


def _transit_route(raw: Raw) -> TransitRoute:
    via = raw.get("TransitGatewayAttachments") or []
    return TransitRoute(
        destination=network(raw["DestinationCidrBlock"]),
        attachment_ids=tuple(sorted(one["TransitGatewayAttachmentId"] for one in via)),
        static=raw.get("Type") != "propagated",
        blackhole=raw.get("State") == "blackhole",
        list_id=raw.get("PrefixListId") or "",
    )


def customer_gateway(raw: Raw) -> CustomerGateway:
    """DescribeCustomerGateways."""
    asn = raw.get("BgpAsnExtended") or raw.get("BgpAsn")
    return CustomerGateway(raw["CustomerGatewayId"], int(asn) if asn else None, optional_address(raw.get("IpAddress")))


def vpn_gateway(raw: Raw) -> VpnGateway:
    """DescribeVpnGateways."""
    attached = [one for one in raw.get("VpcAttachments") or [] if one.get("State") in ("attached", "available")]
    return VpnGateway(raw["VpnGatewayId"], attached[0]["VpcId"] if attached else "", raw["State"])


def vpn_connection(raw: Raw) -> VpnConnection:
    """DescribeVpnConnections."""
    routes, telemetry = raw.get("Routes"), raw.get("VgwTelemetry")
    live = [one for one in routes or [] if one.get("State", "available") == "available"]
    tunnels = [Tunnel(one.get("Status") == "UP", int(one.get("AcceptedRouteCount") or 0)) for one in telemetry or []]
    return VpnConnection(
        id=raw["VpnConnectionId"],
        state=raw["State"],
        customer_gateway_id=raw.get("CustomerGatewayId") or "",
        vpn_gateway_id=raw.get("VpnGatewayId") or "",
        transit_gateway_id=raw.get("TransitGatewayId") or "",
        static_only=(raw.get("Options") or {}).get("StaticRoutesOnly"),
        routes=None if routes is None else tuple(network(one["DestinationCidrBlock"]) for one in live),
        tunnels=None if telemetry is None else tuple(tunnels),
    )
