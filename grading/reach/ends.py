"""The two ends of a question: how they are written, and which place of the network they mean."""

from dataclasses import dataclass
from ipaddress import ip_address

from grading.reach.model import Interface, IpAddress
from grading.reach.network import Network
from grading.reach.vpn import carried
from grading.reach.walk import Host, Place, Site, World
from grading.reach.words import Reason, Why, reason
from grading.reach.world import is_unrouted
from labs.core.errors import InputError

INTERNET = ip_address("192.88.99.10")
"""Stands for any host of the internet: nobody has it (RFC 7526), no rule names it as it may a block of examples."""
INTERNET_V6 = ip_address("3fff::10")
"""The same for IPv6 (RFC 9637)."""
_OPERATIONS = {
    "i": ("DescribeInstances", "DescribeNetworkInterfaces", "DescribeSubnets"),
    "eni": ("DescribeNetworkInterfaces", "DescribeSubnets"),
    "subnet": ("DescribeSubnets",),
    "vpn": ("DescribeVpnConnections",),
}


@dataclass(frozen=True, slots=True)
class End:
    """One end of a question.

    `resource_id` is an instance's, an interface's, a subnet's or a VPN connection's; empty for an address wherever it
    is. A subnet and a VPN connection need an address, the others may have one.
    """

    resource_id: str = ""
    address: IpAddress | None = None


def end(text: str) -> End:
    """An end as a scenario writes it; InputError where it is none.

    `i-0a`, `eni-0a`, `eni-0a/10.0.0.5` (one of several addresses), `subnet-0a/10.0.0.5` (a host that need not be
    there), `vpn-0a/192.168.1.9` (behind that connection), `198.51.100.7`, `internet`, `internet6`.
    """
    if text in ("internet", "internet6"):
        return End(address=INTERNET if text == "internet" else INTERNET_V6)
    name, _, address = text.rpartition("/") if "/" in text else (text, "", "")
    kind = name.partition("-")[0]
    if "-" in name and kind in _OPERATIONS:
        if kind in ("subnet", "vpn") and not address:
            raise InputError(f"{text}: which address of it?", hint=f"Write {name}/ADDRESS.")
        return End(name, _address(text, address) if address else None)
    return End(address=_address(text, text))


def _address(text: str, address: str) -> IpAddress:
    try:
        return ip_address(address)
    except ValueError as error:
        hint = "Write i-…, eni-…, subnet-…/ADDRESS, vpn-…/ADDRESS, an address, or internet."
        raise InputError(f"{text!r} names no place of a network", hint=hint) from error


@dataclass(frozen=True, slots=True)
class Found:
    """The place that an end means. None for an address that may be anywhere; `fault` or `doubt` when there is none."""

    place: Place | None = None
    fault: Reason | None = None
    doubt: Reason | None = None


def find(network: Network, asked: End, *, version: int) -> Found:
    """The place, with an address of the IP `version` where the end leaves the choice."""
    kind = asked.resource_id.partition("-")[0]
    if not asked.resource_id:
        return _find_address(network, asked.address)
    if kind == "subnet":
        return _find_in_subnet(network, asked)
    if kind == "vpn":
        known = asked.resource_id in network.vpn_connections
        return Found(Site(asked.resource_id, asked.address)) if known and asked.address else _lost(network, asked)
    owner = network.instances.get(asked.resource_id)
    if owner is not None and owner.state != "running":
        return Found(fault=reason(Why.NOT_RUNNING, owner.id, "State.Name", owner.state))
    primary = owner.interface_ids[0] if owner is not None and owner.interface_ids else ""
    return _find_interface(network, asked, primary if kind == "i" else asked.resource_id, version)


def _find_interface(network: Network, asked: End, interface_id: str, version: int) -> Found:
    interface = network.interfaces.get(interface_id)
    if interface is None or interface.subnet_id not in network.subnets:
        return _lost(network, asked)
    owner = network.instances.get(interface.instance_id)
    if owner is not None and owner.state != "running":
        return Found(fault=reason(Why.NOT_RUNNING, owner.id, "State.Name", owner.state))
    inside = {public: private for private, public in interface.public}
    wanted = inside.get(asked.address, asked.address) if asked.address else None
    fitting = [one for one in interface.addresses if (one == wanted if wanted else one.version == version)]
    if not fitting:
        peer = str(asked.address or f"IPv{version}")
        return Found(fault=reason(Why.NOBODY, interface.id, "PrivateIpAddresses", "", peer=peer))
    return Found(_host(interface, fitting[0]))


def _host(interface: Interface, address: IpAddress) -> Host:
    return Host(interface.vpc_id, interface.subnet_id, address, interface.id)


def _find_in_subnet(network: Network, asked: End) -> Found:
    subnet = network.subnets.get(asked.resource_id)
    address = asked.address
    if subnet is None or address is None:
        return _lost(network, asked)
    if not any(address in cidr for cidr in subnet.cidrs):
        raise InputError(f"{address} is not in {subnet.id} ({', '.join(map(str, subnet.cidrs))})")
    interface = network.interface_at(subnet.vpc_id, address)
    return Found(Host(subnet.vpc_id, subnet.id, address, interface.id if interface else ""))


def _find_address(network: Network, address: IpAddress | None) -> Found:
    """An address by itself: an interface's public one, the internet's, or one that only routes will find."""
    if address is None:
        raise InputError("an end of a path needs a resource or an address")
    interface = network.interface_known_as(address)
    if interface is not None:
        inside = {public: private for private, public in interface.public}
        return Found(_host(interface, inside.get(address, address)))
    return Found() if is_unrouted(address) else Found(World(address))


def find_source(network: Network, asked: End, *, version: int) -> Found:
    """As `find`, but a private address by itself is looked for, since a path must begin somewhere."""
    found = find(network, asked, version=version)
    if found.place or found.fault or found.doubt or asked.address is None:
        return found
    address = asked.address
    hosts: list[Place] = [_host(nic, address) for nic in network.interfaces.values() if address in nic.addresses]
    sites: list[Place] = [
        Site(one.id, address)
        for one in network.vpn_connections.values()
        if any(address in cidr for cidr in carried(network, one).prefixes)
    ]
    candidates = hosts or sites
    if len(candidates) == 1:
        return Found(candidates[0])
    names = ", ".join(str(one) for one in candidates) or "-"
    raise InputError(f"{address} may be {len(candidates)} places: {names}", hint="Name the interface or connection.")


def _lost(network: Network, asked: End) -> Found:
    operations = _OPERATIONS[asked.resource_id.partition("-")[0]]
    told = network.unread_of(*operations)
    if told:
        return Found(doubt=reason(Why.UNREAD, asked.resource_id, "", "", peer=told))
    return Found(fault=reason(Why.MISSING, asked.resource_id, "", ""))
