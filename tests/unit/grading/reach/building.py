"""Networks for tests, built in a few words. Ids say what they are; a subnet is in zone "a" and open unless told."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from ipaddress import ip_address, ip_network
from typing import Any

from grading.reach.hybrid import (
    Attachment,
    CustomerGateway,
    FarSide,
    TransitGateway,
    TransitRoute,
    TransitTable,
    Tunnel,
    VpnConnection,
    VpnGateway,
)
from grading.reach.model import (
    AclEntry,
    Endpoint,
    GroupRule,
    Instance,
    Interface,
    InternetGateway,
    NatGateway,
    NetworkAcl,
    Peering,
    PortRange,
    PrefixList,
    Route,
    RouteTable,
    SecurityGroup,
    Subnet,
    Target,
    Vpc,
)
from grading.reach.network import Network
from grading.reach.packets import protocol_number

TARGETS = {
    "local": Target.LOCAL,
    "igw": Target.INTERNET_GATEWAY,
    "eigw": Target.EGRESS_ONLY_GATEWAY,
    "nat": Target.NAT_GATEWAY,
    "eni": Target.INTERFACE,
    "i": Target.INTERFACE,
    "tgw": Target.TRANSIT_GATEWAY,
    "pcx": Target.PEERING,
    "vgw": Target.VPN_GATEWAY,
    "vpce": Target.ENDPOINT,
    "lgw": Target.OTHER,
}
Rule = tuple[int, str, str, str, PortRange | None]
"""Number, allow or deny, protocol, block, ports."""
OPEN: tuple[Rule, ...] = ((100, "allow", "-1", "0.0.0.0/0", None), (101, "allow", "-1", "::/0", None))


def route(destination: str, target: str, *, propagated: bool = False, blackhole: bool = False) -> Route:
    """A route to a block."""
    kind = TARGETS[target.partition("-")[0]]
    return Route((ip_network(destination),), kind, target, propagated=propagated, blackhole=blackhole)


def rule(direction: str, protocol: str = "-1", ports: PortRange = (0, 65535), **peer: Any) -> GroupRule:
    """A security group's rule; the peer is `cidr` (all addresses unless told), `list_id` or `group_id`."""
    if "cidr" in peer or not peer:
        peer = {"cidr": ip_network(peer.get("cidr", "0.0.0.0/0"))}
    return GroupRule(direction == "out", protocol_number(protocol), ports, **peer)


def transit(destination: str, *attachments: str, static: bool = True, blackhole: bool = False) -> TransitRoute:
    """A route of a transit gateway."""
    return TransitRoute(ip_network(destination), attachments, static=static, blackhole=blackhole)


@dataclass
class Plan:
    """A network in the making; every method adds one part."""

    parts: dict[str, dict[Any, Any]] = field(default_factory=dict)
    far_sides: list[FarSide] = field(default_factory=list)
    unread: dict[str, str] = field(default_factory=dict)

    def _add(self, kind: str, key: Any, part: Any) -> None:
        self.parts.setdefault(kind, {})[key] = part

    def network(self) -> Network:
        """What was built."""
        known = {one.name for one in fields(Network)}
        assert set(self.parts) <= known
        return Network(**self.parts, far_sides=tuple(self.far_sides), unread=self.unread)

    def vpc(self, name: str, *cidrs: str) -> None:
        self._add("vpcs", name, Vpc(name, tuple(map(ip_network, cidrs))))
        self.acl(f"acl-{name}", name, inbound=OPEN, outbound=OPEN, default=True)
        self.table(f"rtb-main-{name}", name, main=True)

    def subnet(self, name: str, vpc: str, *cidrs: str, zone: str = "a") -> None:
        self._add("subnets", name, Subnet(name, vpc, tuple(map(ip_network, cidrs)), zone))

    def table(self, name: str, vpc: str, *routes: Route, subnets: Sequence[str] = (), main: bool = False,
              gateways: Sequence[str] = (), propagating: Sequence[str] = ()) -> None:  # fmt: skip
        table = RouteTable(name, vpc, main, frozenset(subnets), routes, frozenset(gateways), frozenset(propagating))
        self._add("route_tables", name, table)

    def acl(self, name: str, vpc: str, *, inbound: Sequence[Rule], outbound: Sequence[Rule],
            subnets: Sequence[str] = (), default: bool = False) -> None:  # fmt: skip
        entries = [
            AclEntry(
                number, egress, action == "allow", protocol_number(protocol), ip_network(cidr), ports or (0, 65535)
            )
            for egress, rules in ((False, inbound), (True, outbound))
            for number, action, protocol, cidr, ports in rules
        ]
        self._add("acls", name, NetworkAcl(name, vpc, default, frozenset(subnets), tuple(entries)))

    def group(self, name: str, vpc: str, *rules: GroupRule, closed: bool = False) -> None:
        """A group; lets all out unless `closed`, as AWS creates it."""
        out = () if closed else (rule("out"), rule("out", cidr="::/0"))
        self._add("groups", name, SecurityGroup(name, vpc, (*rules, *out)))

    def host(self, name: str, subnet: str, *addresses: str, public: str = "", groups: Sequence[str] = (),
             state: str = "running", check: bool = True, kind: str = "interface") -> None:  # fmt: skip
        """Instance i-`name` with the interface eni-`name`."""
        vpc = self.parts["subnets"][subnet].vpc_id
        own = tuple(map(ip_address, addresses))
        known = ((own[0], ip_address(public)),) if public else ()
        nic = Interface(f"eni-{name}", vpc, subnet, own, known, tuple(groups), check, f"i-{name}", kind)
        self._add("interfaces", nic.id, nic)
        self._add("instances", f"i-{name}", Instance(f"i-{name}", state, (nic.id,)))

    def igw(self, name: str, vpc: str) -> None:
        self._add("internet_gateways", name, InternetGateway(name, vpc, egress_only=name.startswith("eigw")))

    def nat(self, name: str, subnet: str, private: str, public: str = "", *, state: str = "available") -> None:
        vpc = self.parts["subnets"][subnet].vpc_id
        outside = ip_address(public) if public else None
        gateway = NatGateway(name, vpc, subnet, state, bool(public), ip_address(private), outside)
        self._add("nat_gateways", name, gateway)

    def peering(
        self, name: str, first: str, second: str, *, state: str = "active", regions: tuple[str, str] = ("", "")
    ) -> None:
        self._add("peerings", name, Peering(name, state, (first, second), regions))

    def prefix_list(self, name: str, *cidrs: str, complete: bool = True) -> None:
        self._add("prefix_lists", name, PrefixList(name, tuple(map(ip_network, cidrs)), complete))

    def endpoint(self, name: str, vpc: str, kind: str = "Gateway", *, full_access: bool = True) -> None:
        self._add("endpoints", name, Endpoint(name, vpc, kind, "available", full_access))

    def tgw(self, name: str = "tgw-1", *, group_references: bool = False) -> None:
        self._add("transit_gateways", name, TransitGateway(name, "available", group_references))

    def attach(self, name: str, resource: str, subnets: Sequence[str] | None = None, *, tgw: str = "tgw-1",
               kind: str = "vpc", state: str = "available") -> None:  # fmt: skip
        own = None if subnets is None else tuple(subnets)
        self._add("attachments", (tgw, name), Attachment(name, tgw, kind, resource, state, own))

    def transit_table(self, name: str, *routes: TransitRoute, associated: Sequence[str] = (),
                      propagating: Sequence[str] = (), tgw: str = "tgw-1", unread: str = "",
                      default: bool = False) -> None:  # fmt: skip
        own = (frozenset(associated), frozenset(propagating))
        table = TransitTable(name, tgw, *own, routes, default_association=default, unread=unread)
        self._add("transit_tables", name, table)

    def vgw(self, name: str, vpc: str) -> None:
        self._add("vpn_gateways", name, VpnGateway(name, vpc, "available"))

    def vpn(self, name: str, *, vgw: str = "", tgw: str = "", static: Sequence[str] | None = None, asn: int = 65000,
            outside: str = "203.0.113.1", up: bool | None = True, accepted: int = 0) -> None:  # fmt: skip
        """A connection with its own customer gateway; `static` its static routes, None for BGP; `up` None: not told."""
        customer = f"cgw-{name}"
        self._add("customer_gateways", customer, CustomerGateway(customer, asn, ip_address(outside)))
        routes = tuple(map(ip_network, static or ()))
        tunnels = None if up is None else (Tunnel(up, accepted), Tunnel(up=False, accepted_routes=0))
        told = None if up is None else static is not None
        connection = VpnConnection(
            name, "available", customer, vgw, tgw, told, routes if told is not None else None, tunnels
        )
        self._add("vpn_connections", name, connection)

    def device(self, outside: str, asn: int, *prefixes: str, up: bool = True) -> None:
        """What is at the far end."""
        self.far_sides.append(FarSide(ip_address(outside), asn, tuple(map(ip_network, prefixes)), up))
