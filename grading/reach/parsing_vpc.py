"""One item of a Describe call's answer → one part of a VPC. Lenient where engines leave fields out."""

import json
from collections.abc import Iterable, Mapping
from ipaddress import ip_address, ip_network
from typing import Any

from grading.reach.model import (
    ALL_PORTS,
    ANY_PROTOCOL,
    AclEntry,
    Endpoint,
    GroupRule,
    Instance,
    Interface,
    InternetGateway,
    IpAddress,
    IpNetwork,
    NatGateway,
    NetworkAcl,
    Peering,
    PortRange,
    Route,
    RouteTable,
    SecurityGroup,
    Subnet,
    Target,
    Vpc,
)
from grading.reach.packets import ECHO_REQUEST, protocol_number

Raw = Mapping[str, Any]
ROUTE_TARGETS = (
    ("EgressOnlyInternetGatewayId", Target.EGRESS_ONLY_GATEWAY),
    ("NatGatewayId", Target.NAT_GATEWAY),
    ("TransitGatewayId", Target.TRANSIT_GATEWAY),
    ("VpcPeeringConnectionId", Target.PEERING),
    ("NetworkInterfaceId", Target.INTERFACE),
    ("InstanceId", Target.INTERFACE),
    ("CarrierGatewayId", Target.OTHER),
    ("LocalGatewayId", Target.OTHER),
    ("CoreNetworkArn", Target.OTHER),
    ("OdbNetworkArn", Target.OTHER),
)
GATEWAY_PREFIXES = {"igw": Target.INTERNET_GATEWAY, "vgw": Target.VPN_GATEWAY, "vpce": Target.ENDPOINT}
DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock")


def network(text: str) -> IpNetwork:
    """The block, with its host bits cleared as AWS does."""
    return ip_network(text, strict=False)


def optional_address(text: str | None) -> IpAddress | None:
    """The address; None for nothing."""
    return ip_address(text) if text else None


def _associated(raw: Raw, key: str, block: str, state: str) -> list[str]:
    found = raw.get(key) or []
    return [one[block] for one in found if one.get(state, {}).get("State", "associated") == "associated"]


def vpc(raw: Raw) -> Vpc:
    """DescribeVpcs."""
    four = _associated(raw, "CidrBlockAssociationSet", "CidrBlock", "CidrBlockState") or [raw["CidrBlock"]]
    six = _associated(raw, "Ipv6CidrBlockAssociationSet", "Ipv6CidrBlock", "Ipv6CidrBlockState")
    return Vpc(raw["VpcId"], tuple(map(network, four + six)))


def subnet(raw: Raw) -> Subnet:
    """DescribeSubnets."""
    four = [raw["CidrBlock"]] if raw.get("CidrBlock") else []
    six = _associated(raw, "Ipv6CidrBlockAssociationSet", "Ipv6CidrBlock", "Ipv6CidrBlockState")
    zone = raw.get("AvailabilityZoneId") or raw.get("AvailabilityZone") or ""
    return Subnet(raw["SubnetId"], raw["VpcId"], tuple(map(network, four + six)), zone)


def route_table(raw: Raw, lists: Mapping[str, tuple[IpNetwork, ...]]) -> RouteTable:
    """DescribeRouteTables; `lists` are the blocks of the prefix lists that are known."""
    associations = raw.get("Associations") or []
    return RouteTable(
        id=raw["RouteTableId"],
        vpc_id=raw["VpcId"],
        main=any(one.get("Main") for one in associations),
        subnet_ids=frozenset(one["SubnetId"] for one in associations if one.get("SubnetId")),
        routes=tuple(_route(one, lists) for one in raw.get("Routes") or []),
        gateway_ids=frozenset(one["GatewayId"] for one in associations if one.get("GatewayId")),
        propagating=frozenset(one["GatewayId"] for one in raw.get("PropagatingVgws") or []),
    )


def _route(raw: Raw, lists: Mapping[str, tuple[IpNetwork, ...]]) -> Route:
    list_id = raw.get("DestinationPrefixListId") or ""
    blocks = tuple(network(raw[key]) for key in DESTINATIONS if raw.get(key))
    target, target_id = _target(raw)
    return Route(
        destinations=lists.get(list_id, ()) if list_id else blocks,
        target=target,
        target_id=target_id,
        propagated=raw.get("Origin") == "EnableVgwRoutePropagation",
        blackhole=raw.get("State") == "blackhole",
        list_id=list_id,
    )


def _target(raw: Raw) -> tuple[Target, str]:
    gateway = raw.get("GatewayId") or ""
    if gateway == "local":
        return Target.LOCAL, "local"
    if gateway:
        return GATEWAY_PREFIXES.get(gateway.partition("-")[0], Target.OTHER), gateway
    return next(((kind, raw[key]) for key, kind in ROUTE_TARGETS if raw.get(key)), (Target.OTHER, ""))


def network_acl(raw: Raw) -> NetworkAcl:
    """DescribeNetworkAcls."""
    return NetworkAcl(
        id=raw["NetworkAclId"],
        vpc_id=raw["VpcId"],
        default=bool(raw.get("IsDefault")),
        subnet_ids=frozenset(one["SubnetId"] for one in raw.get("Associations") or [] if one.get("SubnetId")),
        entries=tuple(map(_acl_entry, raw.get("Entries") or [])),
    )


def _acl_entry(raw: Raw) -> AclEntry:
    ports = raw.get("PortRange") or {}
    return AclEntry(
        number=int(raw["RuleNumber"]),
        egress=bool(raw["Egress"]),
        allow=raw["RuleAction"] == "allow",
        protocol=protocol_number(str(raw["Protocol"])),
        cidr=network(raw.get("CidrBlock") or raw["Ipv6CidrBlock"]),
        ports=(int(ports["From"]), int(ports["To"])) if ports else ALL_PORTS,
        icmp_type=int((raw.get("IcmpTypeCode") or {}).get("Type", -1)),
    )


def security_group(raw: Raw) -> SecurityGroup:
    """DescribeSecurityGroups."""
    rules = [*_rules(raw.get("IpPermissions") or [], egress=False)]
    rules += _rules(raw.get("IpPermissionsEgress") or [], egress=True)
    return SecurityGroup(raw["GroupId"], raw.get("VpcId") or "", tuple(rules))


def _rules(permissions: Iterable[Raw], *, egress: bool) -> Iterable[GroupRule]:
    for raw in permissions:
        protocol = protocol_number(str(raw["IpProtocol"]))
        ports, icmp_type = _permitted(raw, protocol)
        peers: list[dict[str, Any]] = [{"cidr": network(one["CidrIp"])} for one in raw.get("IpRanges") or []]
        peers += [{"cidr": network(one["CidrIpv6"])} for one in raw.get("Ipv6Ranges") or []]
        peers += [{"list_id": one["PrefixListId"]} for one in raw.get("PrefixListIds") or []]
        peers += [{"group_id": one["GroupId"]} for one in raw.get("UserIdGroupPairs") or [] if one.get("GroupId")]
        for peer in peers:
            yield GroupRule(egress, protocol, ports, icmp_type, **peer)


def _permitted(raw: Raw, protocol: int) -> tuple[PortRange, int]:
    """Ports, and ICMP's type, which travels in the same fields; -1 means all."""
    first, last = raw.get("FromPort"), raw.get("ToPort")
    if protocol in ECHO_REQUEST:
        return ALL_PORTS, -1 if first is None else int(first)
    if protocol == ANY_PROTOCOL or first is None or last is None or int(first) < 0:
        return ALL_PORTS, -1
    return (int(first), int(last)), -1


def interface(raw: Raw) -> Interface:
    """DescribeNetworkInterfaces."""
    pairs = raw.get("PrivateIpAddresses") or [raw]
    four = [one["PrivateIpAddress"] for one in pairs if one.get("PrivateIpAddress")]
    six = [one["Ipv6Address"] for one in raw.get("Ipv6Addresses") or []]
    public = {one["PrivateIpAddress"]: _public(one) for one in pairs if one.get("PrivateIpAddress") and _public(one)}
    if _public(raw) and raw.get("PrivateIpAddress"):
        public.setdefault(raw["PrivateIpAddress"], _public(raw))
    return Interface(
        id=raw["NetworkInterfaceId"],
        vpc_id=raw.get("VpcId") or "",
        subnet_id=raw.get("SubnetId") or "",
        addresses=tuple(map(ip_address, four + six)),
        public=tuple((ip_address(private), ip_address(known)) for private, known in public.items()),
        group_ids=tuple(one["GroupId"] for one in raw.get("Groups") or []),
        source_dest_check=bool(raw.get("SourceDestCheck", True)),
        instance_id=(raw.get("Attachment") or {}).get("InstanceId") or "",
        kind=raw.get("InterfaceType") or "interface",
    )


def _public(raw: Raw) -> str:
    return str((raw.get("Association") or {}).get("PublicIp") or "")


def instances(reservation: Raw) -> Iterable[Instance]:
    """DescribeInstances, for one of its reservations."""
    for raw in reservation.get("Instances") or []:
        nics = sorted(raw.get("NetworkInterfaces") or [], key=_device_index)
        ids = tuple(one["NetworkInterfaceId"] for one in nics)
        state = (raw.get("State") or {}).get("Name", "running")
        yield Instance(raw["InstanceId"], state, ids, bool(raw.get("SourceDestCheck", True)))


def _device_index(raw: Raw) -> int:
    return int((raw.get("Attachment") or {}).get("DeviceIndex", 0))


def internet_gateway(raw: Raw) -> InternetGateway:
    """DescribeInternetGateways and DescribeEgressOnlyInternetGateways."""
    attached = [one for one in raw.get("Attachments") or [] if one.get("State") in ("available", "attached")]
    vpc_id = attached[0]["VpcId"] if attached else ""
    own = raw.get("InternetGatewayId")
    return InternetGateway(own or raw["EgressOnlyInternetGatewayId"], vpc_id, egress_only=own is None)


def nat_gateway(raw: Raw) -> NatGateway:
    """DescribeNatGateways. A public one is meant where the engine leaves the kind out."""
    addresses = raw.get("NatGatewayAddresses") or []
    first = next((one for one in addresses if one.get("IsPrimary")), addresses[0] if addresses else {})
    return NatGateway(
        id=raw["NatGatewayId"],
        vpc_id=raw["VpcId"],
        subnet_id=raw.get("SubnetId") or "",
        state=raw["State"],
        public=raw.get("ConnectivityType", "public") == "public",
        private_ip=optional_address(first.get("PrivateIp")),
        public_ip=optional_address(first.get("PublicIp")),
        regional=raw.get("AvailabilityMode") == "regional",
    )


def endpoint(raw: Raw) -> Endpoint:
    """DescribeVpcEndpoints."""
    policy = raw.get("PolicyDocument")
    full_access = not policy or _allows_everything(str(policy))
    return Endpoint(raw["VpcEndpointId"], raw["VpcId"], raw["VpcEndpointType"], raw["State"], full_access)


def _allows_everything(policy: str) -> bool:
    try:
        statements = json.loads(policy).get("Statement", [])
    except (ValueError, AttributeError):
        return False
    if not isinstance(statements, list) or len(statements) != 1 or not isinstance(statements[0], dict):
        return False
    wanted = {"Effect": ("Allow",), "Principal": ("*", {"AWS": "*"}), "Action": ("*",), "Resource": ("*",)}
    return set(statements[0]) <= {*wanted, "Sid"} and all(
        statements[0].get(key) in good for key, good in wanted.items()
    )


def peering(raw: Raw) -> Peering:
    """DescribeVpcPeeringConnections."""
    ends = (raw.get("RequesterVpcInfo") or {}, raw.get("AccepterVpcInfo") or {})
    first, second = ends
    return Peering(
        id=raw["VpcPeeringConnectionId"],
        state=(raw.get("Status") or {}).get("Code", ""),
        vpc_ids=(first.get("VpcId") or "", second.get("VpcId") or ""),
        regions=(first.get("Region") or "", second.get("Region") or ""),
    )
