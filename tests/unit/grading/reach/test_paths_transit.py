"""Paths over a transit gateway, after the examples of https://docs.aws.amazon.com/vpc/latest/tgw/ (pages below)."""

from typing import Any

import pytest

from grading.reach.paths import Answer, Verdict, reach
from grading.reach.words import Why
from tests.unit.grading.reach.building import OPEN, Plan, Rule, route, rule, transit

HOME = "203.0.113.1"


def whys(answer: Answer) -> list[Why]:
    return [one.why for one in answer.blocked_at]


def ask(plan: Plan, source: str, destination: str, port: int = 443) -> Answer:
    return reach(plan.network(), source, destination, "tcp", port)


def spokes(*names: str) -> Plan:
    """VPCs 10.1.0.0/16, 10.2.0.0/16…, each attached with its only subnet and sending everything else to tgw-1; and a
    VPN connection to 10.99.99.0/24, as all the examples have it."""
    plan = Plan()
    plan.tgw()
    for number, name in enumerate(names, start=1):
        plan.vpc(f"vpc-{name}", f"10.{number}.0.0/16")
        plan.subnet(f"subnet-{name}", f"vpc-{name}", f"10.{number}.1.0/24")
        plan.table(f"rtb-main-vpc-{name}", f"vpc-{name}", route("0.0.0.0/0", "tgw-1"), main=True)
        plan.group(f"sg-{name}", f"vpc-{name}", rule("in"))
        plan.host(name, f"subnet-{name}", f"10.{number}.1.5", groups=[f"sg-{name}"])
        plan.attach(f"tgw-attach-{name}", f"vpc-{name}", [f"subnet-{name}"])
    plan.vpn("vpn-1", tgw="tgw-1", outside=HOME)
    plan.device(HOME, 65000, "10.99.99.0/24")
    plan.attach("tgw-attach-vpn", "vpn-1", kind="vpn")
    return plan


def test_centralized_router_everything_reaches_everything() -> None:
    """transit-gateway-centralized-router.html"""
    plan = spokes("a", "b", "c")
    everyone = [f"tgw-attach-{name}" for name in ("a", "b", "c", "vpn")]
    plan.transit_table("tgw-rtb-1", associated=everyone, propagating=everyone)
    assert ask(plan, "i-a", "i-b").is_reached
    assert ask(plan, "i-c", "vpn-1/10.99.99.7").is_reached
    assert ask(plan, "vpn-1/10.99.99.7", "i-b").is_reached
    assert ask(plan, "10.99.99.7", "i-b").is_reached
    assert whys(ask(plan, "i-a", "internet")) == [Why.NO_ROUTE]


def isolated() -> Plan:
    """transit-gateway-isolated.html: VPCs see the VPN only, the VPN sees all VPCs."""
    plan = spokes("a", "b", "c")
    vpcs = [f"tgw-attach-{name}" for name in "abc"]
    plan.transit_table("tgw-rtb-vpcs", associated=vpcs, propagating=["tgw-attach-vpn"])
    plan.transit_table("tgw-rtb-vpn", associated=["tgw-attach-vpn"], propagating=vpcs)
    return plan


def test_isolated_vpcs_reach_the_vpn_and_not_each_other() -> None:
    plan = isolated()
    answer = ask(plan, "i-a", "i-b")
    assert (whys(answer), answer.blocked_at[0].resource_id) == ([Why.NO_ROUTE], "tgw-rtb-vpcs")
    assert answer.is_kept_out
    assert ask(plan, "i-a", "10.99.99.7").is_reached
    assert ask(plan, "vpn-1/10.99.99.7", "i-c").is_reached


def shared_services() -> Plan:
    """transit-gateway-isolated-shared.html: VPC D serves the isolated VPCs A, B and C."""
    plan = spokes("a", "b", "c", "d")
    vpcs = [f"tgw-attach-{name}" for name in "abc"]
    plan.transit_table("tgw-rtb-vpcs", associated=vpcs, propagating=["tgw-attach-vpn", "tgw-attach-d"])
    shared = ["tgw-attach-vpn", "tgw-attach-d"]
    plan.transit_table("tgw-rtb-shared", associated=shared, propagating=[*vpcs, *shared])
    return plan


@pytest.mark.parametrize(("source", "destination", "reached"), [
    ("i-a", "i-d", True), ("i-d", "i-b", True), ("i-d", "vpn-1/10.99.99.7", True), ("vpn-1/10.99.99.7", "i-a", True),
    ("i-a", "i-b", False), ("i-c", "i-a", False),
])  # fmt: skip
def test_isolated_vpcs_share_services(source: str, destination: str, *, reached: bool) -> None:
    answer = ask(shared_services(), source, destination)
    assert answer.is_reached is reached
    assert answer.is_kept_out is not reached


def test_the_answer_goes_by_the_other_attachments_table() -> None:
    plan = shared_services()
    plan.transit_table("tgw-rtb-shared", associated=["tgw-attach-d"], propagating=["tgw-attach-b"])
    answer = ask(plan, "i-a", "i-d")
    assert (whys(answer), answer.blocked_at[0].resource_id) == ([Why.NO_ROUTE], "tgw-rtb-shared")
    assert answer.blocked_at[0].words.es.startswith("en el camino de vuelta, ")


def egress() -> Plan:
    """transit-gateway-nat-igw.html: VPC C gives A and B a way to the internet; blackholes keep A and B apart."""
    plan = spokes("a", "b", "c")
    plan.subnet("subnet-nat", "vpc-c", "10.3.2.0/24")
    plan.igw("igw-c", "vpc-c")
    plan.nat("nat-c", "subnet-nat", "10.3.2.9", "203.0.113.99")
    plan.table("rtb-main-vpc-c", "vpc-c", route("0.0.0.0/0", "nat-c"), main=True)
    plan.table("rtb-nat", "vpc-c", route("0.0.0.0/0", "igw-c"), route("10.0.0.0/8", "tgw-1"), subnets=["subnet-nat"])
    kept_apart = [transit(block, blackhole=True) for block in ("10.1.0.0/16", "10.2.0.0/16")]
    spokes_out = transit("0.0.0.0/0", "tgw-attach-c")
    plan.transit_table("tgw-rtb-spokes", spokes_out, *kept_apart, associated=["tgw-attach-a", "tgw-attach-b"])
    plan.transit_table("tgw-rtb-egress", associated=["tgw-attach-c"], propagating=["tgw-attach-a", "tgw-attach-b"])
    return plan


def test_centralized_egress() -> None:
    plan = egress()
    assert ask(plan, "i-a", "internet").is_reached
    answer = ask(plan, "i-a", "i-b")
    assert (whys(answer), answer.blocked_at[0].found) == ([Why.BLACKHOLE], "10.2.0.0/16")


def test_centralized_egress_needs_a_way_back_from_the_nat_subnet() -> None:
    plan = egress()
    plan.table("rtb-nat", "vpc-c", route("0.0.0.0/0", "igw-c"), subnets=["subnet-nat"])
    answer = ask(plan, "i-a", "internet")
    assert answer.is_kept_out
    assert answer.blocked_at[0].words.en.startswith("on the way back, ")


def test_without_blackholes_the_nat_gateways_default_route_does_not_join_the_spokes() -> None:
    plan = egress()
    plan.transit_table(
        "tgw-rtb-spokes", transit("0.0.0.0/0", "tgw-attach-c"), associated=["tgw-attach-a", "tgw-attach-b"]
    )
    assert ask(plan, "i-a", "i-b").is_reached, "the page says why it has blackholes: the NAT gateway hairpins"


def test_a_zone_without_attachment_is_cut_off_in_both_directions() -> None:
    """tgw-vpc-attachments.html, limits."""
    plan = shared_services()
    plan.subnet("subnet-a2", "vpc-a", "10.1.2.0/24", zone="b")
    plan.host("a2", "subnet-a2", "10.1.2.5", groups=["sg-a"])
    assert whys(ask(plan, "i-a2", "i-d")) == [Why.NO_ZONE]
    assert whys(ask(plan, "i-d", "i-a2")) == [Why.NO_ZONE]


def test_packets_stay_in_their_zone_where_the_attachment_has_it() -> None:
    """how-transit-gateways-work.html, availability zones."""
    plan = shared_services()
    plan.subnet("subnet-0", "vpc-d", "10.4.8.0/24", zone="b")
    plan.attach("tgw-attach-d", "vpc-d", ["subnet-0", "subnet-d"])
    plan.acl("acl-0", "vpc-d", inbound=[], outbound=[], subnets=["subnet-0"])
    assert ask(plan, "i-a", "i-d").is_reached, "the closed subnet is the other zone's"


def test_acls_of_the_attachments_own_subnet() -> None:
    """tgw-nacls.html: its inbound rules see what goes to the gateway, its outbound rules what comes from it."""
    plan = shared_services()
    plan.subnet("subnet-door", "vpc-a", "10.1.9.0/28")
    plan.attach("tgw-attach-a", "vpc-a", ["subnet-door"])
    https: Rule = (100, "allow", "tcp", "0.0.0.0/0", (443, 443))
    answers: Rule = (110, "allow", "tcp", "0.0.0.0/0", (1024, 65535))
    plan.acl("acl-door", "vpc-a", inbound=[https], outbound=[answers], subnets=["subnet-door"])
    assert ask(plan, "i-a", "i-d").is_reached
    plan.acl("acl-door", "vpc-a", inbound=[answers], outbound=OPEN, subnets=["subnet-door"])
    assert whys(ask(plan, "i-a", "i-d")) == [Why.ACL_INGRESS]
    plan.acl("acl-door", "vpc-a", inbound=OPEN, outbound=[https], subnets=["subnet-door"])
    assert whys(ask(plan, "i-a", "i-d")) == [Why.ACL_EGRESS]


def test_the_acl_of_a_subnet_that_is_also_the_attachments() -> None:
    """tgw-nacls.html, same subnet: both directions to the gateway, none from it."""
    plan = shared_services()
    plan.acl("acl-d", "vpc-d", inbound=[], outbound=OPEN, subnets=["subnet-d"])
    answer = ask(plan, "i-a", "i-d")
    assert whys(answer) == [Why.ACL_INGRESS], "the request passes unseen; the answer does not"
    assert answer.blocked_at[0].words.en.startswith("on the way back, ")


def test_groups_may_be_named_over_a_gateway_that_allows_it_for_inbound_rules() -> None:
    """tgw-vpc-attachments.html, security group referencing."""
    plan = shared_services()
    plan.group("sg-d", "vpc-d", rule("in", "tcp", (443, 443), group_id="sg-a"))
    assert whys(ask(plan, "i-a", "i-d")) == [Why.GROUP_INGRESS]
    plan.tgw(group_references=True)
    assert ask(plan, "i-a", "i-d").is_reached
    plan.group("sg-a", "vpc-a", rule("out", group_id="sg-d"), closed=True)
    assert whys(ask(plan, "i-a", "i-d")) == [Why.GROUP_EGRESS]


def test_attachments_that_are_missing_unassociated_or_not_in_service() -> None:
    plan = shared_services()
    plan.attach("tgw-attach-a", "vpc-a", ["subnet-a"], state="pendingAcceptance")
    assert whys(ask(plan, "i-a", "i-d")) == [Why.NOT_ATTACHED]
    plan = shared_services()
    plan.attach("tgw-attach-d", "vpc-d", ["subnet-d"], state="deleting")
    assert whys(ask(plan, "i-a", "i-d")) == [Why.NO_ROUTE], "what is not in service propagates nothing"
    plan = shared_services()
    plan.transit_table("tgw-rtb-vpcs", propagating=["tgw-attach-d"])
    assert whys(ask(plan, "i-a", "i-d")) == [Why.NOT_ASSOCIATED]


def test_a_default_table_that_an_emulator_leaves_associated_is_not_the_one_meant() -> None:
    plan = shared_services()
    plan.transit_table("tgw-rtb-0", associated=["tgw-attach-a", "tgw-attach-d"], default=True)
    assert ask(plan, "i-a", "i-d").is_reached
    plan.transit_table("tgw-rtb-9", associated=["tgw-attach-a"])
    assert whys(ask(plan, "i-a", "i-d")) == [Why.AMBIGUOUS]


def test_a_static_route_that_does_not_say_where_it_leads_is_inconclusive() -> None:
    plan = shared_services()
    plan.transit_table(
        "tgw-rtb-vpcs", transit("10.4.0.0/16"), associated=["tgw-attach-a"], propagating=["tgw-attach-d"]
    )
    answer = ask(plan, "i-a", "i-d")
    assert (answer.verdict, whys(answer)) == (Verdict.INCONCLUSIVE, [Why.UNREAD])


def test_what_of_a_gateway_could_not_be_read_is_inconclusive() -> None:
    plan = shared_services()
    plan.transit_table("tgw-rtb-vpcs", associated=["tgw-attach-a"], unread="SearchTransitGatewayRoutes: no")
    assert ask(plan, "i-a", "i-d").verdict is Verdict.INCONCLUSIVE
    plan.attach("tgw-attach-a", "vpc-a")
    plan.unread["DescribeTransitGatewayVpcAttachments"] = "no"
    assert ask(plan, "i-a", "i-d").verdict is Verdict.INCONCLUSIVE
    plan.attach("tgw-attach-dx", "dxgw-1", kind="direct-connect-gateway")
    plan.attach("tgw-attach-a", "vpc-a", ["subnet-a"])
    plan.transit_table("tgw-rtb-vpcs", transit("10.4.0.0/16", "tgw-attach-dx"), associated=["tgw-attach-a"])
    assert whys(ask(plan, "i-a", "i-d")) == [Why.UNMODELLED]


def test_two_gateways_peered_across_regions() -> None:
    """tgw-peering.html: routes over a peering are static, one in each table."""
    plan = spokes("a")
    plan.tgw("tgw-2")
    plan.vpc("vpc-z", "10.200.0.0/16")
    plan.subnet("subnet-z", "vpc-z", "10.200.1.0/24")
    plan.table("rtb-main-vpc-z", "vpc-z", route("0.0.0.0/0", "tgw-2"), main=True)
    plan.host("z", "subnet-z", "10.200.1.5")
    plan.attach("tgw-attach-z", "vpc-z", ["subnet-z"], tgw="tgw-2")
    for here, there in (("tgw-1", "tgw-2"), ("tgw-2", "tgw-1")):
        plan.attach("tgw-attach-peer", there, tgw=here, kind="peering")
    over = [transit("10.200.0.0/16", "tgw-attach-peer"), transit("10.1.0.0/16", "tgw-attach-peer")]
    plan.transit_table(
        "tgw-rtb-1", over[0], associated=["tgw-attach-a", "tgw-attach-peer"], propagating=["tgw-attach-a"]
    )
    own: dict[str, Any] = {"associated": ["tgw-attach-z", "tgw-attach-peer"], "propagating": ["tgw-attach-z"]}
    plan.transit_table("tgw-rtb-2", over[1], **own, tgw="tgw-2")
    assert ask(plan, "i-a", "i-z").is_reached
    plan.transit_table("tgw-rtb-2", **own, tgw="tgw-2")
    assert whys(ask(plan, "i-a", "i-z")) == [Why.NO_ROUTE]


def test_flows_that_are_spread_over_a_good_and_a_bad_way_are_reached_in_part() -> None:
    """Equal-cost routes over two VPN connections, one of them dead at the far end."""
    plan = isolated()
    plan.vpn("vpn-2", tgw="tgw-1", outside="203.0.113.2")
    plan.device("203.0.113.2", 65000, "10.99.99.0/24", up=False)
    plan.attach("tgw-attach-vpn2", "vpn-2", kind="vpn")
    same = [transit("10.99.99.0/24", f"tgw-attach-{name}", static=False) for name in ("vpn", "vpn2")]
    plan.transit_table("tgw-rtb-vpcs", *same, associated=["tgw-attach-a"])
    answer = ask(plan, "i-a", "10.99.99.7")
    assert (answer.verdict, answer.partial, answer.is_kept_out) == (Verdict.UNREACHABLE, True, False)
    assert whys(answer) == [Why.TUNNELS_DOWN]
