"""A network read from AWS, or from an emulator that answers like it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from grading.findings import UndecidableError
from grading.reach import parsing_hybrid as hybrid
from grading.reach import parsing_vpc as vpcs
from grading.reach.hybrid import Attachment, FarSide, TransitTable
from grading.reach.model import Instance, IpNetwork, PrefixList, RouteTable
from grading.reach.network import Network
from labs.core.aws import AwsCall, AwsReader
from labs.core.errors import UnreachableError

Raw = Mapping[str, Any]
T = TypeVar("T")
ALL_STATES = ({"Name": "state", "Values": ["active", "blackhole"]},)
AT_ONCE = 8
"""Calls under way at once: a snapshot of one region is some twenty short calls."""
SIMPLE: Mapping[str, str] = {
    "DescribeVpcs": "Vpcs",
    "DescribeSubnets": "Subnets",
    "DescribeRouteTables": "RouteTables",
    "DescribeNetworkAcls": "NetworkAcls",
    "DescribeSecurityGroups": "SecurityGroups",
    "DescribeNetworkInterfaces": "NetworkInterfaces",
    "DescribeInstances": "Reservations",
    "DescribeInternetGateways": "InternetGateways",
    "DescribeEgressOnlyInternetGateways": "EgressOnlyInternetGateways",
    "DescribeNatGateways": "NatGateways",
    "DescribeVpcEndpoints": "VpcEndpoints",
    "DescribeVpcPeeringConnections": "VpcPeeringConnections",
    "DescribeTransitGateways": "TransitGateways",
    "DescribeTransitGatewayAttachments": "TransitGatewayAttachments",
    "DescribeTransitGatewayVpcAttachments": "TransitGatewayVpcAttachments",
    "DescribeTransitGatewayRouteTables": "TransitGatewayRouteTables",
    "DescribeCustomerGateways": "CustomerGateways",
    "DescribeVpnConnections": "VpnConnections",
    "DescribeVpnGateways": "VpnGateways",
}
"""Each operation of EC2 that is asked without parameters, and the field of its answer that holds the items."""


class Reader(Protocol):
    """Asks AWS. The answer is shaped as boto3's, all pages in one. Raises UnreachableError where there is no answer."""

    def __call__(self, service: str, operation: str, parameters: Raw, /, *, region: str) -> Raw:
        """The answer to the operation, which is named as AWS names it: DescribeVpcs."""


def reader_of(aws: AwsReader, *, account: str = "") -> Reader:
    """A Reader over the grader's port to AWS; an error that AWS names counts as no answer."""

    def read(service: str, operation: str, parameters: Raw, *, region: str) -> Raw:
        answer = aws.ask(AwsCall(service, operation, parameters, region, account))
        if answer.error_code:
            raise UnreachableError(f"{service}:{operation}: {answer.error_code}: {answer.error_message}")
        return answer.result

    return read


@dataclass(slots=True)
class _Asked:
    """Answers of one reader in one region, and what stayed without one."""

    reader: Reader
    region: str
    items: dict[str, list[Raw]] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)

    def ask(self, operation: str, **parameters: Any) -> Raw:
        try:
            return self.reader("ec2", operation, parameters, region=self.region)
        except UnreachableError as error:
            self.unread[operation] = error.message
            return {}

    def all(self) -> None:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = pool.map(self.ask, SIMPLE)
            self.items = {
                operation: list(answer.get(SIMPLE[operation]) or [])
                for operation, answer in zip(SIMPLE, answers, strict=True)
            }


def read_network(places: Iterable[tuple[Reader, str]], far_sides: Iterable[FarSide] = ()) -> Network:
    """The network of all places (a reader with a region), as one. Reads only; what has no answer is in `unread`.

    UndecidableError where an answer is not as AWS would write it (an emulator takes routes that AWS refuses).
    `far_sides` says what is at the other end of VPN connections, which AWS does not know.
    """
    asked = [_Asked(reader, region) for reader, region in places]
    for one in asked:
        one.all()
    items = {operation: [item for one in asked for item in one.items[operation]] for operation in SIMPLE}
    lists = _prefix_lists(asked)
    tables = _transit_tables(asked)
    return Network(
        vpcs=_keyed(items, "DescribeVpcs", vpcs.vpc),
        subnets=_keyed(items, "DescribeSubnets", vpcs.subnet),
        route_tables=_route_tables(items["DescribeRouteTables"], lists),
        acls=_keyed(items, "DescribeNetworkAcls", vpcs.network_acl),
        groups=_keyed(items, "DescribeSecurityGroups", vpcs.security_group),
        prefix_lists=lists,
        interfaces=_keyed(items, "DescribeNetworkInterfaces", vpcs.interface),
        instances=_instances(items["DescribeInstances"]),
        internet_gateways=_keyed(items, "DescribeInternetGateways", vpcs.internet_gateway)
        | _keyed(items, "DescribeEgressOnlyInternetGateways", vpcs.internet_gateway),
        nat_gateways=_keyed(items, "DescribeNatGateways", vpcs.nat_gateway),
        endpoints=_keyed(items, "DescribeVpcEndpoints", vpcs.endpoint),
        peerings=_keyed(items, "DescribeVpcPeeringConnections", vpcs.peering),
        transit_gateways=_keyed(items, "DescribeTransitGateways", hybrid.transit_gateway),
        attachments=_attachments(items),
        transit_tables=tables,
        customer_gateways=_keyed(items, "DescribeCustomerGateways", hybrid.customer_gateway),
        vpn_connections=_keyed(items, "DescribeVpnConnections", hybrid.vpn_connection),
        vpn_gateways=_keyed(items, "DescribeVpnGateways", hybrid.vpn_gateway),
        far_sides=tuple(far_sides),
        access_blocks={name: mode for one in asked for name, mode in _access_blocks(one).items()},
        unread={operation: why for one in asked for operation, why in one.unread.items()},
    )


def _access_blocks(asked: _Asked) -> dict[str, str]:
    """The place's VPCs with the mode of VPC Block Public Access, where it is on.

    No answer counts as off: an engine that does not know the call cannot have it on.
    https://docs.aws.amazon.com/vpc/latest/userguide/security-vpc-bpa.html
    """
    answer = _Asked(asked.reader, asked.region).ask("DescribeVpcBlockPublicAccessOptions")
    mode = (answer.get("VpcBlockPublicAccessOptions") or {}).get("InternetGatewayBlockMode", "off")
    return {} if mode == "off" else {raw["VpcId"]: mode for raw in asked.items["DescribeVpcs"]}


def _keyed(items: Mapping[str, list[Raw]], operation: str, parse: Callable[[Raw], Any]) -> dict[str, Any]:
    with _understood(operation):
        return {part.id: part for part in map(parse, items[operation])}


@contextmanager
def _understood(operation: str) -> Iterator[None]:
    """An item that cannot be read would change what the rest means: then nothing is judged."""
    try:
        yield
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise UndecidableError(f"{operation}: an item of the answer is not as AWS writes it: {error!r}") from error


def _instances(reservations: list[Raw]) -> dict[str, Instance]:
    with _understood("DescribeInstances"):
        return {one.id: one for reservation in reservations for one in vpcs.instances(reservation)}


def _route_tables(items: list[Raw], lists: Mapping[str, PrefixList]) -> dict[str, RouteTable]:
    blocks: dict[str, tuple[IpNetwork, ...]] = {name: one.cidrs for name, one in lists.items()}
    with _understood("DescribeRouteTables"):
        return {raw["RouteTableId"]: vpcs.route_table(raw, blocks) for raw in items}


def _prefix_lists(asked: list[_Asked]) -> dict[str, PrefixList]:
    """The lists that routes and rules name. Others are not read: each takes a call."""
    found: dict[str, PrefixList] = {}
    for one in asked:
        for name in sorted(set(_named_lists(one.items)) - set(found)):
            alone = _Asked(one.reader, one.region)
            entries = alone.ask("GetManagedPrefixListEntries", PrefixListId=name).get("Entries") or []
            one.unread.update(alone.unread)
            with _understood("GetManagedPrefixListEntries"):
                cidrs = tuple(vpcs.network(entry["Cidr"]) for entry in entries)
            found[name] = PrefixList(name, cidrs, complete=not alone.unread)
    return found


def _named_lists(items: Mapping[str, list[Raw]]) -> Iterator[str]:
    for table in items["DescribeRouteTables"]:
        yield from (route["DestinationPrefixListId"] for route in table.get("Routes") or []
                    if route.get("DestinationPrefixListId"))  # fmt: skip
    for group in items["DescribeSecurityGroups"]:
        rules = [*(group.get("IpPermissions") or []), *(group.get("IpPermissionsEgress") or [])]
        yield from (entry["PrefixListId"] for rule in rules for entry in rule.get("PrefixListIds") or [])


def _attachments(items: Mapping[str, list[Raw]]) -> dict[tuple[str, str], Attachment]:
    """Attachments of all kinds. Only a VPC's owner, who may be another account of those read, is told its subnets."""
    with _understood("DescribeTransitGatewayAttachments"):
        return _matched(items)


def _matched(items: Mapping[str, list[Raw]]) -> dict[tuple[str, str], Attachment]:
    of_vpcs = {
        (raw["TransitGatewayId"], raw["TransitGatewayAttachmentId"]): raw
        for raw in items["DescribeTransitGatewayVpcAttachments"]
    }
    found: dict[tuple[str, str], Attachment] = {}
    for raw in items["DescribeTransitGatewayAttachments"]:
        key = (raw["TransitGatewayId"], raw["TransitGatewayAttachmentId"])
        found[key] = hybrid.attachment(raw, of_vpcs.get(key))
    return found


def _transit_tables(asked: list[_Asked]) -> dict[str, TransitTable]:
    """Tables with their associations, propagations and routes, from whoever may read them."""
    found: dict[str, TransitTable] = {}
    for one in asked:
        for raw in one.items["DescribeTransitGatewayRouteTables"]:
            if raw.get("State") in hybrid.ENDED:
                continue
            table = _transit_table(one, raw)
            if table.id not in found or found[table.id].unread:
                found[table.id] = table
    return found


def _transit_table(asked: _Asked, raw: Raw) -> TransitTable:
    name = raw["TransitGatewayRouteTableId"]
    mine = _Asked(asked.reader, asked.region)
    associations = mine.ask("GetTransitGatewayRouteTableAssociations", TransitGatewayRouteTableId=name)
    propagations = mine.ask("GetTransitGatewayRouteTablePropagations", TransitGatewayRouteTableId=name)
    routes = mine.ask("SearchTransitGatewayRoutes", TransitGatewayRouteTableId=name, Filters=list(ALL_STATES))
    asked.unread.update(mine.unread)
    unread = "; ".join(f"{operation}: {why}" for operation, why in sorted(mine.unread.items()))
    if routes.get("AdditionalRoutesAvailable"):
        unread = unread or "SearchTransitGatewayRoutes: AdditionalRoutesAvailable"
    with _understood("SearchTransitGatewayRoutes"):
        return hybrid.transit_table(
            raw, associations=associations, propagations=propagations, routes=routes, unread=unread
        )
