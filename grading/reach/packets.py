"""What travels: a packet's addresses and traffic, and sets of ports."""

from dataclasses import dataclass

from grading.reach.model import ALL_PORTS, ANY_PROTOCOL, IpAddress, PortRange

ICMP, TCP, UDP, ICMPV6 = 1, 6, 17, 58
PROTOCOLS = {"all": ANY_PROTOCOL, "-1": ANY_PROTOCOL, "icmp": ICMP, "tcp": TCP, "udp": UDP, "icmpv6": ICMPV6}
NAMES = {number: name for name, number in PROTOCOLS.items() if name != "-1"}
ECHO_REQUEST = {ICMP: 8, ICMPV6: 128}
ECHO_REPLY = {ICMP: 0, ICMPV6: 129}
LINUX_PORTS: PortRange = (32768, 60999)
"""Where an Amazon Linux instance's connections start (net.ipv4.ip_local_port_range)."""
WIDE_PORTS: PortRange = (1024, 65535)
"""Where a NAT gateway's connections start, and those of unknown systems.

https://docs.aws.amazon.com/vpc/latest/userguide/custom-network-acl.html#nacl-ephemeral-ports
"""
UNROUTED = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "fc00::/7", "fe80::/10")
"""Not on the internet. Loopback is not in it: an emulator hands out 127.x.y.z as public addresses."""


def protocol_number(name: str) -> int:
    """AWS writes protocols as names or numbers; ValueError for neither."""
    return PROTOCOLS[name.lower()] if name.lower() in PROTOCOLS else int(name)


@dataclass(frozen=True, slots=True)
class Traffic:
    """What filters look at besides addresses: protocol, the range of destination ports, ICMP's type."""

    protocol: int
    ports: PortRange = ALL_PORTS
    icmp_type: int = -1

    def __str__(self) -> str:
        name = NAMES.get(self.protocol, str(self.protocol))
        if self.protocol in ECHO_REQUEST:
            return f"{name} {self.icmp_type}"
        first, last = self.ports
        return f"{name}/{first}" if first == last else f"{name}/{first}-{last}"


@dataclass(frozen=True, slots=True)
class Packet:
    """A packet as it is at one point of its way: addresses change at gateways that translate."""

    source: IpAddress
    destination: IpAddress
    traffic: Traffic


def request_of(protocol: int, port: int | None) -> Traffic:
    """What a client sends: to `port`, or an echo request; without a port, to any."""
    if protocol in ECHO_REQUEST:
        return Traffic(protocol, icmp_type=ECHO_REQUEST[protocol])
    return Traffic(protocol, ALL_PORTS if port is None else (port, port))


def reply_of(request: Traffic, client_ports: PortRange) -> Traffic:
    """What comes back: to the client's ephemeral ports, or an echo reply."""
    if request.protocol in ECHO_REPLY:
        return Traffic(request.protocol, icmp_type=ECHO_REPLY[request.protocol])
    return Traffic(request.protocol, client_ports)


def overlap(one: PortRange, other: PortRange) -> PortRange | None:
    """The ports in both ranges; None when there are none."""
    first, last = max(one[0], other[0]), min(one[1], other[1])
    return (first, last) if first <= last else None


def without(ranges: tuple[PortRange, ...], taken: PortRange) -> tuple[PortRange, ...]:
    """The ports of `ranges` that are not in `taken`."""
    left = []
    for first, last in ranges:
        pieces = ((first, min(last, taken[0] - 1)), (max(first, taken[1] + 1), last))
        left += [piece for piece in pieces if piece[0] <= piece[1]]
    return tuple(left)
