"""A packet on its way: where it is, what it passed, why it goes no further. Walks are values: steps make new ones."""

from dataclasses import dataclass, replace

from grading.reach.filters import Filtered, Passed
from grading.reach.model import IpAddress, PortRange
from grading.reach.packets import WIDE_PORTS, Packet
from grading.reach.words import Hop, Reason, Why, reason


@dataclass(frozen=True, slots=True)
class Host:
    """An address in a subnet; `interface_id` is empty where no interface has it."""

    vpc_id: str
    subnet_id: str
    address: IpAddress
    interface_id: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """An address at the far end of a VPN connection."""

    connection_id: str
    address: IpAddress


@dataclass(frozen=True, slots=True)
class World:
    """An address on the internet, or of a service behind the gateway endpoint `endpoint_id`."""

    address: IpAddress
    endpoint_id: str = ""


Place = Host | Site | World


@dataclass(frozen=True, slots=True)
class Leaving:
    """Put into a subnet by something in it: an interface, a NAT gateway or, with `transit`, a transit gateway."""

    subnet_id: str
    transit: bool = False


@dataclass(frozen=True, slots=True)
class Entering:
    """In a VPC, bound for one of its own addresses; `subnet_id` is where it comes from, empty for outside."""

    vpc_id: str
    subnet_id: str = ""
    transit: bool = False


@dataclass(frozen=True, slots=True)
class Abroad:
    """On the internet."""


@dataclass(frozen=True, slots=True)
class AtSite:
    """Sent by the far end of a VPN connection."""

    connection_id: str


@dataclass(frozen=True, slots=True)
class Crossing:
    """In a transit gateway, handed over by one of its attachments."""

    gateway_id: str
    attachment_id: str


Stage = Leaving | Entering | Abroad | AtSite | Crossing


@dataclass(frozen=True, slots=True)
class Kept:
    """What a stateful gateway keeps of a flow, so that the answer finds back: who sent it, from which ports."""

    gateway_id: str
    source: IpAddress
    client_ports: PortRange


@dataclass(frozen=True, slots=True)
class Walk:
    """A packet's way so far. `stage` None: it is over, at `end` where it arrived at all."""

    packet: Packet
    stage: Stage | None
    client_ports: PortRange
    hops: tuple[Hop, ...] = ()
    faults: tuple[Reason, ...] = ()
    partial: tuple[Reason, ...] = ()
    """Filters that let only some of the ports through."""
    doubts: tuple[Reason, ...] = ()
    carriers: tuple[str, ...] = ()
    """Ids of what carried it between VPCs or out of one: they decide whether group references hold."""
    kept: tuple[Kept, ...] = ()
    answers: tuple[Kept, ...] | None = None
    """For an answer, what the gateways kept of the request."""
    zone: str = ""
    end: Place | None = None
    passed: frozenset[tuple[Stage, Packet]] = frozenset()

    @property
    def is_answer(self) -> bool:
        """Whether it goes back to who asked."""
        return self.answers is not None

    def hop(self, resource_id: str, by: str = "") -> "Walk":
        """One step further in the account of its way."""
        return replace(self, hops=(*self.hops, Hop(resource_id, by)))

    def to(self, stage: Stage) -> "Walk":
        """Now at `stage`."""
        return replace(self, stage=stage)

    def arrived(self, place: Place) -> "Walk":
        """Over, at `place`."""
        return replace(self, stage=None, end=place)

    def stopped(self, why: Reason) -> "Walk":
        """Over: it certainly goes no further."""
        return replace(self, stage=None, faults=(*self.faults, why))

    def undecided(self, why: Reason) -> "Walk":
        """Over, as far as can be told."""
        return replace(self, stage=None, doubts=(*self.doubts, why))

    def noting_doubt(self, why: Reason) -> "Walk":
        """On its way still, though something that was passed could not be judged."""
        return replace(self, doubts=(*self.doubts, why))

    def carried_by(self, *ids: str) -> "Walk":
        """Carried on by these."""
        return replace(self, carriers=(*self.carriers, *ids))

    def filtered(self, why: Why, by: str, field: str, outcome: Filtered, **facts: str) -> "Walk":
        """Filtered by a rule set. It walks on even when refused, so that all that is wrong is found at once."""
        if outcome.passed is Passed.ALL:
            return self
        if outcome.passed is Passed.UNKNOWN:
            told = reason(Why.UNREAD, by, field, outcome.rule, peer=outcome.rule)
            return self.noting_doubt(told)
        told = reason(why, by, field, outcome.rule, **facts)
        if outcome.passed is Passed.PART:
            return replace(self, partial=(*self.partial, told))
        return replace(self, faults=(*self.faults, told))

    def resent(self, gateway_id: str, source: IpAddress) -> "Walk":
        """Sent on by a gateway under its own address, which keeps who sent it."""
        kept = Kept(gateway_id, self.packet.source, self.client_ports)
        packet = replace(self.packet, source=source)
        return replace(self, packet=packet, kept=(*self.kept, kept), client_ports=WIDE_PORTS)

    def kept_by(self, gateway_id: str) -> "Walk":
        """Noted by a stateful gateway that does not translate."""
        return replace(self, kept=(*self.kept, Kept(gateway_id, self.packet.source, self.client_ports)))

    def request_kept_by(self, gateway_id: str) -> Kept | None:
        """For an answer, what the gateway kept of the request."""
        return next((kept for kept in reversed(self.answers or ()) if kept.gateway_id == gateway_id), None)
