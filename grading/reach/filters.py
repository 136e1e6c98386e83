"""What network ACLs and security groups let through."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from grading.reach.model import (
    ANY_PROTOCOL,
    AclEntry,
    GroupRule,
    Interface,
    IpAddress,
    NetworkAcl,
    PortRange,
)
from grading.reach.network import Network
from grading.reach.packets import ECHO_REQUEST, Packet, Traffic, overlap, without


class Passed(StrEnum):
    """How much of some traffic passes a filter."""

    ALL = "all"
    PART = "part"
    """Some of the ports: connections that start from the others fail."""
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Filtered:
    """What a filter does to a packet, and the rule that decided (as AWS's console would show it)."""

    passed: Passed
    rule: str = ""


def acl_filter(acl: NetworkAcl, packet: Packet, *, egress: bool) -> Filtered:
    """What the ACL does to the packet. Rules are looked at by number, and the first that matches a port decides it.

    https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html
    """
    peer = packet.destination if egress else packet.source
    entries = sorted((entry for entry in acl.entries if entry.egress is egress), key=lambda entry: entry.number)
    undecided: tuple[PortRange, ...] = (packet.traffic.ports,)
    denied_by: list[str] = []
    allowed = False
    for entry in entries:
        if not _entry_covers(entry, peer, packet.traffic):
            continue
        if any(overlap(ports, _ports(entry)) for ports in undecided):
            allowed = allowed or entry.allow
            denied_by += [] if entry.allow else [_shown(entry)]
        undecided = without(undecided, _ports(entry))
    if not undecided and not denied_by:
        return Filtered(Passed.ALL)
    # What no rule matches is denied.
    return Filtered(Passed.PART if allowed else Passed.NONE, "; ".join(denied_by) or "no rule")


def _entry_covers(entry: AclEntry, peer: IpAddress, traffic: Traffic) -> bool:
    """Whether the rule speaks of the peer and the protocol; ports are for the caller."""
    if peer not in entry.cidr or entry.protocol not in (ANY_PROTOCOL, traffic.protocol):
        return False
    typed = entry.protocol in ECHO_REQUEST and entry.icmp_type >= 0
    return not typed or entry.icmp_type == traffic.icmp_type


def _ports(entry: AclEntry) -> PortRange:
    return (0, 65535) if entry.protocol == ANY_PROTOCOL or entry.protocol in ECHO_REQUEST else entry.ports


def _shown(entry: AclEntry) -> str:
    ports = _ports(entry)
    return f"rule {entry.number}: deny {Traffic(entry.protocol, ports, entry.icmp_type)} {entry.cidr}"


@dataclass(frozen=True, slots=True)
class Peer:
    """Who is at the other end, as a security group sees it.

    `group_ids` are what rules may refer to: empty where AWS does not know the other end as a member of a group, as
    after a translation or from the internet.
    """

    address: IpAddress
    group_ids: frozenset[str] = frozenset()


def group_filter(network: Network, interface: Interface, traffic: Traffic, peer: Peer, *, egress: bool) -> Filtered:
    """What the interface's security groups do: allowed when one rule of one of them allows it.

    An interface without groups (a NAT gateway's, a transit gateway's) is not filtered.
    https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
    """
    if not interface.group_ids:
        return Filtered(Passed.ALL)
    missing = [group for group in interface.group_ids if group not in network.groups]
    groups = [network.groups[group] for group in interface.group_ids if group in network.groups]
    rules = [rule for group in groups for rule in group.rules if rule.egress is egress]
    outcomes = [(rule, *_rule_outcome(network, rule, traffic, peer)) for rule in rules]
    left = _left_of(traffic.ports, (ports for _, outcome, ports in outcomes if outcome is Passed.ALL))
    if not left:
        return Filtered(Passed.ALL)
    doubtful = missing + [rule.list_id for rule, outcome, _ in outcomes if outcome is Passed.UNKNOWN]
    if doubtful:
        return Filtered(Passed.UNKNOWN, ", ".join(doubtful))
    names = ", ".join(interface.group_ids)
    return Filtered(Passed.NONE if left == (traffic.ports,) else Passed.PART, names)


def _left_of(ports: PortRange, allowed: Iterable[PortRange]) -> tuple[PortRange, ...]:
    left: tuple[PortRange, ...] = (ports,)
    for allowance in allowed:
        left = without(left, allowance)
    return left


def _rule_outcome(network: Network, rule: GroupRule, traffic: Traffic, peer: Peer) -> tuple[Passed, PortRange]:
    """Whether the rule speaks of this peer and protocol, and for which ports."""
    ports = (0, 65535) if rule.protocol == ANY_PROTOCOL or rule.protocol in ECHO_REQUEST else rule.ports
    if rule.protocol not in (ANY_PROTOCOL, traffic.protocol) or overlap(ports, traffic.ports) is None:
        return Passed.NONE, ports
    if rule.protocol in ECHO_REQUEST and rule.icmp_type >= 0 and rule.icmp_type != traffic.icmp_type:
        return Passed.NONE, ports
    if rule.cidr is not None:
        return (Passed.ALL if peer.address in rule.cidr else Passed.NONE), ports
    if rule.group_id:
        return (Passed.ALL if rule.group_id in peer.group_ids else Passed.NONE), ports
    entries = network.prefix_lists.get(rule.list_id)
    if entries is not None and any(peer.address in cidr for cidr in entries.cidrs):
        return Passed.ALL, ports
    known = entries is not None and entries.complete
    return (Passed.NONE if known else Passed.UNKNOWN), ports
