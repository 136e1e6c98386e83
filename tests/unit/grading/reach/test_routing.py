from ipaddress import IPv4Network, ip_address, ip_network

from hypothesis import given, settings
from hypothesis import strategies as st

from grading.reach.model import Route, Target
from grading.reach.routing import transit_route, vpc_route
from grading.reach.words import Why
from tests.unit.grading.reach.building import Plan, route, transit

PRIORITY = "https://docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html"


def chosen(plan: Plan, address: str, table: str = "rtb-1") -> str:
    network = plan.network()
    choice = vpc_route(network, network.route_tables[table], ip_address(address))
    return choice.route.target_id if choice.route else str(choice.doubt and choice.doubt.why)


def table_with(*routes: Route, cidrs: tuple[str, ...] = ("10.0.0.0/16",), propagating: tuple[str, ...] = ()) -> Plan:
    plan = Plan()
    plan.vpc("vpc-1", *cidrs)
    plan.table("rtb-1", "vpc-1", *routes, propagating=propagating)
    return plan


def test_the_documented_example_of_longest_prefix_match() -> None:
    """PRIORITY, section "Longest prefix match"."""
    plan = table_with(route("0.0.0.0/0", "igw-1"), route("172.31.0.0/16", "pcx-1"))
    assert chosen(plan, "172.31.9.9") == "pcx-1"
    assert chosen(plan, "10.0.3.3") == "local"
    assert chosen(plan, "8.8.8.8") == "igw-1"


def test_a_static_route_goes_before_a_propagated_one_to_the_same_block() -> None:
    """PRIORITY, section "Route priority for static and dynamically propagated routes"."""
    plan = table_with(route("172.31.0.0/24", "vgw-1", propagated=True), route("172.31.0.0/24", "igw-1"))
    assert chosen(plan, "172.31.0.5") == "igw-1"


def test_a_more_specific_propagated_route_goes_before_a_static_one() -> None:
    plan = table_with(route("172.31.0.0/16", "igw-1"), route("172.31.0.0/24", "vgw-1", propagated=True))
    assert chosen(plan, "172.31.0.5") == "vgw-1"


def test_a_propagated_route_never_takes_what_is_the_vpcs_own() -> None:
    """https://docs.aws.amazon.com/vpn/latest/s2svpn/vpn-route-priority.html, first rule."""
    plan = table_with(route("10.0.5.0/24", "vgw-1", propagated=True))
    assert chosen(plan, "10.0.5.5") == "local"


def test_a_static_route_may_take_a_part_of_the_vpcs_own() -> None:
    """https://docs.aws.amazon.com/vpc/latest/userguide/route-table-options.html, middlebox appliances."""
    assert chosen(table_with(route("10.0.5.0/24", "eni-1")), "10.0.5.5") == "eni-1"


def test_a_block_goes_before_a_prefix_list_and_that_before_a_propagated_route() -> None:
    """PRIORITY, section "Route priority for prefix lists"."""
    listed = Route((ip_network("172.31.0.0/16"),), Target.TRANSIT_GATEWAY, "tgw-1", list_id="pl-1")
    learned = route("172.31.0.0/16", "vgw-1", propagated=True)
    plan = table_with(listed, learned, route("172.31.0.0/16", "pcx-1"))
    plan.prefix_list("pl-1", "172.31.0.0/16")
    assert chosen(plan, "172.31.0.5") == "pcx-1"
    plan = table_with(listed, learned)
    plan.prefix_list("pl-1", "172.31.0.0/16")
    assert chosen(plan, "172.31.0.5") == "tgw-1"


def test_two_prefix_lists_with_the_same_block_cannot_be_told_apart() -> None:
    """PRIORITY: AWS takes one at random."""
    one = Route((ip_network("172.31.0.0/16"),), Target.TRANSIT_GATEWAY, "tgw-1", list_id="pl-1")
    other = Route((ip_network("172.31.0.0/16"),), Target.PEERING, "pcx-1", list_id="pl-2")
    plan = table_with(one, other)
    plan.prefix_list("pl-1", "172.31.0.0/16")
    plan.prefix_list("pl-2", "172.31.0.0/16")
    assert chosen(plan, "172.31.0.5") == Why.AMBIGUOUS


def test_a_prefix_list_that_was_not_told_leaves_less_specific_routes_in_doubt() -> None:
    unknown = Route((), Target.TRANSIT_GATEWAY, "tgw-1", list_id="pl-1")
    plan = table_with(unknown, route("0.0.0.0/0", "igw-1"))
    assert chosen(plan, "172.31.0.5") == Why.UNREAD
    assert chosen(plan, "10.0.0.5") == "local"


def test_families_do_not_mix() -> None:
    plan = table_with(route("0.0.0.0/0", "igw-1"))
    assert chosen(plan, "2001:db8::1") == "None"


def test_what_a_gateway_must_propagate_counts_though_the_engine_does_not_list_it() -> None:
    plan = table_with(propagating=("vgw-1",))
    plan.vgw("vgw-1", "vpc-1")
    plan.vpn("vpn-1", vgw="vgw-1", static=["192.168.0.0/16"])
    assert chosen(plan, "192.168.3.3") == "vgw-1"


blocks = st.builds(
    lambda bits, length: IPv4Network((bits, length), strict=False), st.integers(0, 2**32 - 1), st.integers(0, 32)
)
near_blocks = st.builds(
    lambda bits, length: IPv4Network((0x0A000000 + bits, length), strict=False),
    st.integers(0, 2**12),
    st.integers(20, 32),
)


@settings(deadline=None)
@given(routes=st.lists(st.one_of(near_blocks, blocks), max_size=12, unique=True), host=st.integers(0, 2**12))
def test_the_longest_prefix_wins_as_in_a_naive_search(routes: list[IPv4Network], host: int) -> None:
    address = ip_address(0x0A000000 + host)
    plan = table_with(*(route(str(block), f"pcx-{block}") for block in routes), cidrs=("172.16.0.0/16",))
    wanted = "None"
    for length in range(33):
        block = ip_network((int(address), length), strict=False)
        if block in routes:
            wanted = f"pcx-{block}"
    assert chosen(plan, str(address)) == wanted


def transit_plan(*routes: tuple[str, str, bool]) -> Plan:
    plan = Plan()
    plan.tgw()
    for kind in ("vpc", "vpn", "connect"):
        plan.attach(f"tgw-attach-{kind}", f"{kind}-1", kind=kind)
    rows = (transit(block, f"tgw-attach-{kind}", static=static) for block, kind, static in routes)
    plan.transit_table("tgw-rtb-1", *rows)
    return plan


def to(plan: Plan, address: str) -> tuple[str, ...]:
    network = plan.network()
    return transit_route(network, network.transit_tables["tgw-rtb-1"], ip_address(address)).attachment_ids


def test_a_transit_gateway_takes_static_then_vpc_then_connect_then_vpn_routes() -> None:
    """https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html, route evaluation order."""
    same = "10.1.0.0/16"
    assert to(transit_plan((same, "vpc", False), (same, "vpn", True)), "10.1.0.1") == ("tgw-attach-vpn",)
    assert to(transit_plan((same, "vpn", False), (same, "vpc", False)), "10.1.0.1") == ("tgw-attach-vpc",)
    assert to(transit_plan((same, "vpn", False), (same, "connect", False)), "10.1.0.1") == ("tgw-attach-connect",)


def test_a_transit_gateway_takes_the_most_specific_route_before_a_static_one() -> None:
    plan = transit_plan(("10.1.0.0/16", "vpc", True), ("10.1.2.0/24", "vpn", False))
    assert to(plan, "10.1.2.3") == ("tgw-attach-vpn",)
    assert to(plan, "10.1.3.3") == ("tgw-attach-vpc",)
