"""Paths over VPC peering, after https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html."""

import pytest

from grading.reach.model import Route
from grading.reach.paths import Answer, reach
from grading.reach.words import Why
from tests.unit.grading.reach.building import Plan, route, rule


def whys(answer: Answer) -> list[Why]:
    return [one.why for one in answer.blocked_at]


def three_vpcs(*more: Route) -> Plan:
    """VPC A is peered with B and with C; every table routes to both others. `more`: routes of A's table."""
    plan = Plan()
    for name, cidr in (("a", "172.16.0.0/16"), ("b", "10.0.0.0/16"), ("c", "192.168.0.0/16")):
        plan.vpc(f"vpc-{name}", cidr)
        prefix = cidr.removesuffix(".0.0/16")
        plan.subnet(f"subnet-{name}", f"vpc-{name}", f"{prefix}.1.0/24")
        plan.group(f"sg-{name}", f"vpc-{name}", rule("in"))
        plan.host(name, f"subnet-{name}", f"{prefix}.1.5", groups=[f"sg-{name}"])
    plan.peering("pcx-ab", "vpc-a", "vpc-b")
    plan.peering("pcx-ac", "vpc-a", "vpc-c")
    plan.table("rtb-a", "vpc-a", route("10.0.0.0/16", "pcx-ab"), route("192.168.0.0/16", "pcx-ac"), *more, main=True)
    plan.table("rtb-b", "vpc-b", route("172.16.0.0/12", "pcx-ab"), route("192.168.0.0/16", "pcx-ab"), main=True)
    plan.table("rtb-c", "vpc-c", route("172.16.0.0/12", "pcx-ac"), route("10.0.0.0/16", "pcx-ac"), main=True)
    for name in "abc":
        del plan.parts["route_tables"][f"rtb-main-vpc-{name}"]
    return plan


def test_peers_reach_each_other_and_nobody_through_a_third() -> None:
    """Limitations: "no transitive peering relationships"."""
    network = three_vpcs().network()
    assert reach(network, "i-a", "i-b", "tcp", 22).is_reached
    assert reach(network, "i-c", "i-a", "tcp", 22).is_reached
    answer = reach(network, "i-b", "i-c", "tcp", 22)
    assert whys(answer) == [Why.NOT_TRANSITIVE]
    assert answer.blocked_at[0].resource_id == "pcx-ab"


def test_a_peers_way_to_the_internet_is_not_ours() -> None:
    """Limitations: "edge to edge routing through a gateway" is not supported."""
    plan = three_vpcs()
    plan.igw("igw-a", "vpc-a")
    plan.table("rtb-b", "vpc-b", route("0.0.0.0/0", "pcx-ab"), main=True)
    assert whys(reach(plan.network(), "i-b", "internet", "tcp", 443)) == [Why.NOT_TRANSITIVE]


@pytest.mark.parametrize("state", ["pending-acceptance", "rejected", "expired", "deleted"])
def test_a_peering_that_is_not_active_carries_nothing(state: str) -> None:
    plan = three_vpcs()
    plan.peering("pcx-ab", "vpc-a", "vpc-b", state=state)
    answer = reach(plan.network(), "i-a", "i-b", "tcp", 22)
    assert (whys(answer), answer.blocked_at[0].found) == ([Why.NOT_AVAILABLE], state)


def test_both_sides_need_a_route() -> None:
    plan = three_vpcs()
    plan.table("rtb-b", "vpc-b", main=True)
    answer = reach(plan.network(), "i-a", "i-b", "tcp", 22)
    assert (whys(answer), answer.blocked_at[0].resource_id) == ([Why.NO_ROUTE], "rtb-b")
    assert answer.blocked_at[0].words.en.startswith("on the way back, ")


def test_groups_of_a_peer_may_be_named_in_the_same_region_only() -> None:
    """vpc-peering-security-groups.html"""
    plan = three_vpcs()
    plan.group("sg-b", "vpc-b", rule("in", "tcp", (22, 22), group_id="sg-a"))
    assert reach(plan.network(), "i-a", "i-b", "tcp", 22).is_reached
    plan.peering("pcx-ab", "vpc-a", "vpc-b", regions=("eu-west-1", "eu-south-2"))
    assert whys(reach(plan.network(), "i-a", "i-b", "tcp", 22)) == [Why.GROUP_INGRESS]


def test_the_other_vpc_may_be_one_that_was_not_read() -> None:
    plan = three_vpcs()
    del plan.parts["vpcs"]["vpc-b"]
    assert whys(reach(plan.network(), "i-a", "10.0.1.5", "tcp", 22)) == [Why.UNREAD]


def test_an_overlapping_block_takes_packets_elsewhere() -> None:
    """peering-configurations-partial-access.html: with equal blocks, the route decides which VPC is meant."""
    plan = three_vpcs(route("192.168.1.0/24", "pcx-ad"))
    plan.vpc("vpc-d", "192.168.0.0/16")
    plan.subnet("subnet-d", "vpc-d", "192.168.1.0/24")
    plan.host("d", "subnet-d", "192.168.1.5")
    plan.peering("pcx-ad", "vpc-a", "vpc-d")
    answer = reach(plan.network(), "i-a", "i-c", "tcp", 22)
    assert (whys(answer), answer.blocked_at[0].resource_id) == ([Why.WRONG_PLACE], "eni-d")
