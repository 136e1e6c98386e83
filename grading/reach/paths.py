"""Can one place of a network reach another on a port: the request's way there and the answer's way back."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from grading.findings import Words
from grading.reach.ends import End, end, find, find_source
from grading.reach.follow import follow
from grading.reach.guards import guarded
from grading.reach.model import IpAddress, PortRange
from grading.reach.network import Network
from grading.reach.packets import LINUX_PORTS, WIDE_PORTS, Packet, protocol_number, reply_of, request_of
from grading.reach.walk import Abroad, AtSite, Entering, Host, Leaving, Place, Site, Stage, Walk, World
from grading.reach.words import VERDICTS, Hop, Reason, Why, on_the_way_back, reason


class Verdict(StrEnum):
    """The answer to "can A reach B"."""

    REACHABLE = "reachable"
    UNREACHABLE = "unreachable"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True)
class Answer:
    """The verdict with its evidence.

    `path`: the request's hops, then the answer's, as far as they go. `blocked_at`: why it is unreachable, or what
    cannot be told. `partial`: unreachable for some flows only (a network ACL that lets half of the ephemeral ports
    through), so that what must not be reached is reached now and then.
    """

    verdict: Verdict
    path: tuple[Hop, ...] = ()
    blocked_at: tuple[Reason, ...] = ()
    partial: bool = False

    @property
    def is_reached(self) -> bool:
        """Every flow passes, for sure."""
        return self.verdict is Verdict.REACHABLE

    @property
    def is_kept_out(self) -> bool:
        """No flow passes, for sure: what "must not reach" asks for."""
        return self.verdict is Verdict.UNREACHABLE and not self.partial

    @property
    def words(self) -> Words:
        """The answer in one sentence."""
        english, spanish = VERDICTS["partial" if self.partial else self.verdict]
        if not self.blocked_at:
            return Words(english, spanish)
        return Words(
            f"{english}: {'; '.join(one.words.en for one in self.blocked_at)}",
            f"{spanish}: {'; '.join(one.words.es for one in self.blocked_at)}",
        )


@dataclass(frozen=True, slots=True)
class _Trip:
    """One way there and back."""

    there: Walk
    back: Walk | None = None

    @property
    def walks(self) -> tuple[Walk, ...]:
        return (self.there, self.back) if self.back else (self.there,)

    def gathered(self, what: str) -> tuple[Reason, ...]:
        back: tuple[Reason, ...] = getattr(self.back, what) if self.back else ()
        there: tuple[Reason, ...] = getattr(self.there, what)
        return (*there, *map(on_the_way_back, back))


def reach(
    network: Network, source: End | str, destination: End | str, protocol: str = "tcp", port: int | None = None
) -> Answer:
    """Whether a client at `source` gets an answer from `destination`:`port`; without a port, from all of them.

    `protocol` is tcp, udp, icmp (an echo) or a number. Pure: the same network gives the same answer, whatever the order
    in which AWS listed it. InputError for ends that are written wrongly.
    """
    origin = end(source) if isinstance(source, str) else source
    target = end(destination) if isinstance(destination, str) else destination
    version = _version(network, origin, target)
    start = find_source(network, origin, version=version)
    goal = find(network, target, version=version)
    for found in (start, goal):
        if found.fault:
            return Answer(Verdict.UNREACHABLE, blocked_at=(found.fault,))
    for found in (start, goal):
        if found.doubt:
            return Answer(Verdict.INCONCLUSIVE, blocked_at=(found.doubt,))
    if start.place is None:
        return Answer(Verdict.INCONCLUSIVE, blocked_at=(reason(Why.UNREAD, "", "", "", peer=str(origin.address)),))
    destination_address = _address_of(network, start.place, goal.place, target)
    if destination_address is None:
        return Answer(Verdict.UNREACHABLE, blocked_at=(_without_public(goal.place),))
    ports = LINUX_PORTS if isinstance(start.place, Host) else WIDE_PORTS
    packet = Packet(start.place.address, destination_address, request_of(protocol_number(protocol), port))
    return _judged(_trips(network, start.place, goal.place, packet, ports))


def _version(network: Network, *ends: End) -> int:
    """IPv4, unless an end is an IPv6 address or has none but such."""
    for one in ends:
        if one.address is not None:
            return one.address.version
    for one in ends:
        owner = network.instances.get(one.resource_id)
        interface = network.interfaces.get(owner.interface_ids[0] if owner and owner.interface_ids else one.resource_id)
        if interface and all(address.version == 6 for address in interface.addresses):  # noqa: PLR2004
            return 6
    return 4


def _address_of(network: Network, start: Place, goal: Place | None, asked: End) -> IpAddress | None:
    """The address that the client asks for: as written, else the public one from abroad, the private from inside."""
    if not isinstance(goal, Host):
        return asked.address
    interface = network.interfaces.get(goal.interface_id)
    if interface and asked.address and asked.address in {public for _, public in interface.public}:
        return asked.address
    if isinstance(start, World):
        return interface.public_of(goal.address) if interface else None
    return goal.address


def _without_public(place: Place | None) -> Reason:
    name = place.interface_id or place.subnet_id if isinstance(place, Host) else ""
    peer = str(place.address) if place else ""
    return reason(Why.NO_PUBLIC_ADDRESS, name, "Association.PublicIp", peer, peer=peer)


def _trips(network: Network, start: Place, goal: Place | None, packet: Packet, ports: PortRange) -> list[_Trip]:
    """Every way there, each with every way back."""
    trips: list[_Trip] = []
    for ended in follow(network, Walk(packet, _first_stage(start), ports)):
        there = guarded(network, _at_goal(ended, goal), start, goal, packet)
        if there.end is None:
            trips.append(_Trip(there))
            continue
        backs = follow(network, _answer(network, there, there.end))
        trips += [_Trip(there, _home(back, start, packet)) for back in backs]
    return trips


def _first_stage(place: Place) -> Stage:
    if isinstance(place, Host):
        return Leaving(place.subnet_id)
    return AtSite(place.connection_id) if isinstance(place, Site) else Abroad()


def _at_goal(walk: Walk, goal: Place | None) -> Walk:
    """Stopped where it arrived at another place than the goal, or at an address that nobody has."""
    if walk.end is None:
        return walk
    peer = str(walk.packet.destination)
    if goal is None or isinstance(goal, World):
        if isinstance(walk.end, Host) and not walk.end.interface_id:
            return replace(walk, end=None).stopped(reason(Why.NOBODY, walk.end.subnet_id, "", "", peer=peer))
        good = goal is None or isinstance(walk.end, World)
    else:
        good = walk.end == goal or (isinstance(goal, Site) and isinstance(walk.end, Site))
    if good:
        return walk
    return replace(walk, end=None).stopped(reason(Why.WRONG_PLACE, _name(walk.end), "", "", peer=peer))


def _name(place: Place) -> str:
    if isinstance(place, Host):
        return place.interface_id or place.subnet_id
    return place.connection_id if isinstance(place, Site) else str(place.address)


def _answer(network: Network, there: Walk, place: Place) -> Walk:
    """What the place sends back to whom it saw asking."""
    traffic = reply_of(there.packet.traffic, there.client_ports)
    packet = Packet(place.address, there.packet.source, traffic)
    endpoint = network.endpoints.get(place.endpoint_id) if isinstance(place, World) else None
    stage = Entering(endpoint.vpc_id) if endpoint else _first_stage(place)
    return Walk(packet, stage, there.client_ports, answers=there.kept)


def _home(back: Walk, start: Place, request: Packet) -> Walk:
    """Stopped where the answer does not come back to who asked, from the address that was asked."""
    if back.end is None:
        return back
    same = back.end == start or (isinstance(start, Site) and isinstance(back.end, Site))
    seen_from = back.packet.source
    if same and seen_from == request.destination:
        return back
    peer = f"{seen_from} → {_name(back.end)}"
    return replace(back, end=None).stopped(reason(Why.ASYMMETRIC, _name(back.end), "", str(seen_from), peer=peer))


def _judged(trips: list[_Trip]) -> Answer:
    """One answer for all the ways: flows are spread over them, so it is reached when every way is good."""
    verdicts = {_verdict(trip) for trip in trips}
    shown = min(trips, key=lambda trip: (_ORDER.index(_verdict(trip)), str(trip.walks)))
    path = tuple(hop for walk in shown.walks for hop in walk.hops)
    if verdicts == {Verdict.REACHABLE}:
        return Answer(Verdict.REACHABLE, path)
    faults = _unique(one for trip in trips for one in trip.gathered("faults"))
    if Verdict.INCONCLUSIVE in verdicts:
        return Answer(Verdict.INCONCLUSIVE, path, _unique(one for trip in trips for one in trip.gathered("doubts")))
    partial = verdicts != {Verdict.UNREACHABLE} or not all(trip.gathered("faults") for trip in trips)
    halves = _unique(one for trip in trips for one in trip.gathered("partial")) if partial else ()
    return Answer(Verdict.UNREACHABLE, path, (*faults, *halves), partial=partial)


_ORDER = (Verdict.UNREACHABLE, Verdict.INCONCLUSIVE, Verdict.REACHABLE)


def _verdict(trip: _Trip) -> Verdict:
    if trip.gathered("faults"):
        return Verdict.UNREACHABLE
    if trip.gathered("doubts"):
        return Verdict.INCONCLUSIVE
    return Verdict.UNREACHABLE if trip.gathered("partial") else Verdict.REACHABLE


def _unique(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    return tuple(dict.fromkeys(reasons))
