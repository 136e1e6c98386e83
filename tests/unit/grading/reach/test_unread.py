"""What an engine does not answer makes paths inconclusive: it never turns one verdict into the other."""

from collections.abc import Callable

import pytest

from grading.reach.paths import Verdict, reach
from tests.unit.grading.reach.building import Plan
from tests.unit.grading.reach.test_paths_peering import three_vpcs
from tests.unit.grading.reach.test_paths_transit import egress, shared_services
from tests.unit.grading.reach.test_paths_vpc import public_and_private
from tests.unit.grading.reach.test_paths_vpn import office

TOLD_BY = {
    "DescribeVpcs": "vpcs",
    "DescribeSubnets": "subnets",
    "DescribeRouteTables": "route_tables",
    "DescribeNetworkAcls": "acls",
    "DescribeSecurityGroups": "groups",
    "DescribeNetworkInterfaces": "interfaces",
    "DescribeInstances": "instances",
    "DescribeInternetGateways": "internet_gateways",
    "DescribeNatGateways": "nat_gateways",
    "DescribeVpcPeeringConnections": "peerings",
    "DescribeTransitGateways": "transit_gateways",
    "DescribeTransitGatewayAttachments": "attachments",
    "DescribeTransitGatewayRouteTables": "transit_tables",
    "DescribeCustomerGateways": "customer_gateways",
    "DescribeVpnConnections": "vpn_connections",
    "DescribeVpnGateways": "vpn_gateways",
}
ASKED: tuple[tuple[Callable[[], Plan], tuple[str, ...]], ...] = (
    (public_and_private, ("i-web", "i-db", "internet")),
    (three_vpcs, ("i-a", "i-b", "i-c")),
    (shared_services, ("i-a", "i-b", "i-d", "vpn-1/10.99.99.7")),
    (egress, ("i-a", "i-b", "internet")),
    (office, ("i-app", "vpn-1/192.168.1.9")),
)


@pytest.mark.parametrize("operation", TOLD_BY)
@pytest.mark.parametrize(("make", "ends"), ASKED)
def test_a_refused_call_never_turns_a_verdict_round(
    operation: str, make: Callable[[], Plan], ends: tuple[str, ...]
) -> None:
    whole, holed = make(), make()
    told = holed.parts.get(TOLD_BY[operation], {})
    told.clear()
    holed.unread[operation] = "refused"
    before, after = whole.network(), holed.network()
    for source in ends:
        for destination in set(ends) - {source}:
            for port in (443, 22):
                full = reach(before, source, destination, "tcp", port)
                less = reach(after, source, destination, "tcp", port)
                assert less.verdict in (full.verdict, Verdict.INCONCLUSIVE), (source, destination, less.words.en)
