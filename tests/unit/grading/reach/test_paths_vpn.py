"""Paths over Site-to-Site VPN, after https://docs.aws.amazon.com/vpn/latest/s2svpn/ (pages named below)."""

from dataclasses import replace

import pytest

from grading.reach.paths import Answer, Verdict, reach
from grading.reach.words import Why
from labs.core.errors import InputError
from tests.unit.grading.reach.building import Plan, route, rule

HOME = "203.0.113.1"
SECOND = "203.0.113.2"


def whys(answer: Answer) -> list[Why]:
    return [one.why for one in answer.blocked_at]


def ask(plan: Plan, source: str = "i-app", destination: str = "vpn-1/192.168.1.9") -> Answer:
    return reach(plan.network(), source, destination, "tcp", 443)


def office(*, propagating: bool = True) -> Plan:
    """VPNRoutingTypes.html: a VPC with a virtual private gateway; a device that speaks BGP and has 192.168.0.0/16."""
    plan = Plan()
    plan.vpc("vpc-1", "10.0.0.0/16")
    plan.subnet("subnet-1", "vpc-1", "10.0.1.0/24")
    plan.group("sg-app", "vpc-1", rule("in", "tcp", (443, 443), cidr="192.168.0.0/16"))
    plan.host("app", "subnet-1", "10.0.1.5", groups=["sg-app"])
    plan.vgw("vgw-1", "vpc-1")
    plan.table("rtb-main-vpc-1", "vpc-1", main=True, propagating=["vgw-1"] if propagating else [])
    plan.vpn("vpn-1", vgw="vgw-1", asn=65010, outside=HOME)
    plan.device(HOME, 65010, "192.168.0.0/16")
    return plan


def test_a_device_and_a_vpc_that_know_each_other_talk_both_ways() -> None:
    plan = office()
    assert ask(plan).is_reached
    assert ask(plan, "vpn-1/192.168.1.9", "i-app").is_reached
    assert ask(plan, "192.168.1.9", "i-app").is_reached
    assert ask(plan, "i-app", "192.168.1.9").is_reached


def test_the_tunnel_is_up_but_there_are_no_routes() -> None:
    """vpn-route-priority.html: without propagation (or a static route) the VPC knows no way."""
    plan = office(propagating=False)
    assert whys(ask(plan)) == [Why.NO_ROUTE]
    answer = ask(plan, "vpn-1/192.168.1.9", "i-app")
    assert (whys(answer), answer.blocked_at[0].resource_id) == ([Why.NO_ROUTE], "rtb-main-vpc-1")
    plan.table("rtb-main-vpc-1", "vpc-1", route("192.168.0.0/16", "vgw-1"), main=True)
    assert ask(plan).is_reached


def test_a_customer_gateway_with_the_wrong_as_has_no_session() -> None:
    """cgw-options.html: the ASN is the device's."""
    plan = office(propagating=False)
    plan.table("rtb-main-vpc-1", "vpc-1", route("192.168.0.0/16", "vgw-1"), main=True)
    plan.vpn("vpn-1", vgw="vgw-1", asn=65000, outside=HOME)
    answer = ask(plan)
    assert whys(answer) == [Why.ASN_MISMATCH]
    assert (answer.blocked_at[0].resource_id, answer.blocked_at[0].found) == ("cgw-vpn-1", "65000 ≠ 65010")


def test_tunnels_that_are_down() -> None:
    plan = office()
    plan.device(SECOND, 65010, "192.168.0.0/16", up=False)
    plan.vpn("vpn-1", vgw="vgw-1", asn=65010, outside=SECOND)
    plan.table("rtb-main-vpc-1", "vpc-1", route("192.168.0.0/16", "vgw-1"), main=True)
    assert whys(ask(plan)) == [Why.TUNNELS_DOWN]
    assert whys(ask(plan, "vpn-1/192.168.1.9", "i-app")) == [Why.TUNNELS_DOWN]
    plan.vpn("vpn-1", vgw="vgw-1", outside="203.0.113.77", up=False, static=["192.168.0.0/16"])
    assert whys(ask(plan)) == [Why.TUNNELS_DOWN], "by telemetry, where no device is declared"


def test_a_connection_that_was_deleted_carries_nothing() -> None:
    plan = office()
    connection = plan.parts["vpn_connections"]["vpn-1"]
    plan.parts["vpn_connections"]["vpn-1"] = replace(connection, state="pending")
    assert whys(ask(plan, "vpn-1/192.168.1.9", "i-app")) == [Why.NOT_AVAILABLE]
    plan.table("rtb-main-vpc-1", "vpc-1", route("192.168.0.0/16", "vgw-1"), main=True)
    assert whys(ask(plan)) == [Why.NOT_AVAILABLE]


def test_a_more_specific_prefix_takes_the_traffic_from_a_static_route() -> None:
    """vpn-route-priority.html: the most specific prefix first; a static route only among equals."""
    plan = office()
    plan.vpn("vpn-2", vgw="vgw-1", static=["192.168.0.0/16"], outside=SECOND)
    plan.device(SECOND, 65020, "192.168.0.0/16")
    assert "vpn-2" in {hop.resource_id for hop in ask(plan, "i-app", "192.168.1.9").path}, "static among equals"
    plan.far_sides.clear()
    plan.device(HOME, 65010, "192.168.1.0/24")
    plan.device(SECOND, 65020, "192.168.0.0/16")
    names = {hop.resource_id for hop in ask(plan, "i-app", "192.168.1.9").path}
    assert "vpn-1" in names
    assert "vpn-2" not in names


def test_the_gateway_sends_only_what_it_has_a_route_for() -> None:
    plan = office(propagating=False)
    plan.table("rtb-main-vpc-1", "vpc-1", route("172.16.0.0/12", "vgw-1"), main=True)
    assert whys(ask(plan, "i-app", "172.16.5.5")) == [Why.NO_VPN_ROUTE]


def test_a_static_route_to_where_nobody_is() -> None:
    plan = office(propagating=False)
    plan.vpn("vpn-1", vgw="vgw-1", static=["172.16.0.0/12"], outside=HOME)
    plan.table("rtb-main-vpc-1", "vpc-1", route("172.16.0.0/12", "vgw-1"), main=True)
    assert whys(ask(plan, "i-app", "172.16.5.5")) == [Why.NOBODY]


def test_a_vpn_does_not_lead_through_a_vpc() -> None:
    """https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html, edge to edge routing."""
    plan = office()
    plan.vpc("vpc-2", "10.2.0.0/16")
    plan.subnet("subnet-2", "vpc-2", "10.2.1.0/24")
    plan.host("far", "subnet-2", "10.2.1.5")
    plan.peering("pcx-1", "vpc-1", "vpc-2")
    plan.table("rtb-main-vpc-1", "vpc-1", route("10.2.0.0/16", "pcx-1"), main=True, propagating=["vgw-1"])
    assert whys(ask(plan, "vpn-1/192.168.1.9", "i-far")) == [Why.NOT_TRANSITIVE]


def test_a_gateway_that_is_attached_to_nothing() -> None:
    plan = office()
    plan.vgw("vgw-1", "")
    assert whys(ask(plan, "vpn-1/192.168.1.9", "i-app")) == [Why.NOT_ATTACHED]
    assert whys(ask(plan)) == [Why.NOT_ATTACHED]


def test_what_an_engine_does_not_tell_of_tunnels_is_inconclusive_until_a_device_is_declared() -> None:
    plan = office(propagating=False)
    plan.table("rtb-main-vpc-1", "vpc-1", route("192.168.0.0/16", "vgw-1"), main=True)
    plan.vpn("vpn-1", vgw="vgw-1", asn=65010, outside="203.0.113.77", up=None)
    assert (ask(plan).verdict, whys(ask(plan))) == (Verdict.INCONCLUSIVE, [Why.UNREAD])
    assert ask(plan, "vpn-1/192.168.1.9", "i-app").verdict is Verdict.INCONCLUSIVE
    plan.device("203.0.113.77", 65010, "192.168.0.0/16")
    assert ask(plan).is_reached


def test_an_undeclared_device_is_known_by_what_it_propagated() -> None:
    plan = office(propagating=False)
    plan.far_sides.clear()
    plan.vpn("vpn-1", vgw="vgw-1", accepted=1)
    plan.table("rtb-main-vpc-1", "vpc-1", route("192.168.0.0/16", "vgw-1", propagated=True), main=True)
    assert ask(plan).is_reached
    plan.table("rtb-main-vpc-1", "vpc-1", route("192.168.0.0/16", "vgw-1"), main=True)
    assert ask(plan).verdict is Verdict.INCONCLUSIVE, "it announces something, and nobody says what"
    plan.vpn("vpn-1", vgw="vgw-1", accepted=0)
    assert whys(ask(plan)) == [Why.NO_VPN_ROUTE]


def test_a_propagated_route_without_a_vpn_is_direct_connects() -> None:
    plan = office(propagating=False)
    plan.parts["vpn_connections"].clear()
    plan.table("rtb-main-vpc-1", "vpc-1", route("192.168.0.0/16", "vgw-1", propagated=True), main=True)
    answer = ask(plan, "i-app", "192.168.1.9")
    assert answer.words.en == "cannot be judged: vgw-1: Direct Connect is not modelled"


@pytest.mark.parametrize("text", ["vpn-1", "subnet-1", "nonsense", "i-1/x", "subnet-1/172.31.0.1", "192.168.250.1"])
def test_ends_that_name_no_place(text: str) -> None:
    plan = office()
    plan.far_sides.clear()
    with pytest.raises(InputError):
        ask(plan, text, "i-app")
