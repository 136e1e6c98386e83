from ipaddress import ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grading.reach.filters import Passed, Peer, acl_filter, group_filter
from grading.reach.model import GroupRule, PortRange
from grading.reach.packets import ICMP, TCP, Packet, Traffic
from tests.unit.grading.reach.building import Plan, Rule, rule

EPHEMERAL = "https://docs.aws.amazon.com/vpc/latest/userguide/nacl-ephemeral-ports.html"
EXAMPLE_INBOUND: tuple[Rule, ...] = (
    (100, "allow", "tcp", "0.0.0.0/0", (80, 80)),
    (110, "allow", "tcp", "0.0.0.0/0", (443, 443)),
    (120, "allow", "tcp", "192.0.2.0/24", (22, 22)),
    (140, "allow", "tcp", "0.0.0.0/0", (32768, 65535)),
    (32767, "deny", "-1", "0.0.0.0/0", None),
)
"""https://docs.aws.amazon.com/vpc/latest/userguide/custom-network-acl.html"""


def acl_passes(rules: tuple[Rule, ...], source: str, traffic: Traffic) -> tuple[Passed, str]:
    plan = Plan()
    plan.acl("acl-1", "vpc-1", inbound=rules, outbound=())
    packet = Packet(ip_address(source), ip_address("10.0.0.5"), traffic)
    outcome = acl_filter(plan.network().acls["acl-1"], packet, egress=False)
    return outcome.passed, outcome.rule


@pytest.mark.parametrize(
    ("source", "port", "passed"),
    [
        ("8.8.8.8", 443, Passed.ALL),
        ("8.8.8.8", 139, Passed.NONE),
        ("192.0.2.7", 22, Passed.ALL),
        ("192.0.3.7", 22, Passed.NONE),
    ],
)
def test_the_documented_example_acl(source: str, port: int, passed: Passed) -> None:
    assert acl_passes(EXAMPLE_INBOUND, source, Traffic(TCP, (port, port)))[0] is passed


def test_answers_to_linux_pass_the_example_whole_and_to_a_nat_gateway_in_part() -> None:
    """EPHEMERAL: Linux uses 32768-61000, a NAT gateway 1024-65535."""
    assert acl_passes(EXAMPLE_INBOUND, "8.8.8.8", Traffic(TCP, (32768, 60999)))[0] is Passed.ALL
    passed, by = acl_passes(EXAMPLE_INBOUND, "8.8.8.8", Traffic(TCP, (1024, 65535)))
    assert passed is Passed.PART
    assert by == "rule 32767: deny all/0-65535 0.0.0.0/0"


def test_the_lowest_number_decides() -> None:
    deny: Rule = (90, "deny", "tcp", "8.8.8.0/24", (443, 443))
    assert acl_passes((*EXAMPLE_INBOUND, deny), "8.8.8.8", Traffic(TCP, (443, 443)))[0] is Passed.NONE
    late: Rule = (115, "deny", "tcp", "8.8.8.0/24", (443, 443))
    assert acl_passes((*EXAMPLE_INBOUND, late), "8.8.8.8", Traffic(TCP, (443, 443)))[0] is Passed.ALL


def test_without_a_rule_nothing_passes() -> None:
    assert acl_passes((), "8.8.8.8", Traffic(TCP, (443, 443))) == (Passed.NONE, "no rule")


def test_a_rule_for_tcp_says_nothing_of_icmp() -> None:
    assert acl_passes(EXAMPLE_INBOUND, "8.8.8.8", Traffic(ICMP, icmp_type=8))[0] is Passed.NONE


ports = st.tuples(st.integers(0, 30), st.integers(0, 30)).map(lambda pair: (min(pair), max(pair)))
rules = st.lists(st.tuples(st.booleans(), ports), max_size=6)


@settings(deadline=None)
@given(rules=rules, asked=ports)
def test_a_range_of_ports_is_judged_as_each_of_its_ports(rules: list[tuple[bool, PortRange]], asked: PortRange) -> None:
    entries: tuple[Rule, ...] = tuple(
        (number, "allow" if allow else "deny", "tcp", "0.0.0.0/0", span) for number, (allow, span) in enumerate(rules)
    )
    single = [
        next((allow for allow, (first, last) in rules if first <= port <= last), False)
        for port in range(asked[0], asked[1] + 1)
    ]
    wanted = Passed.ALL if all(single) else Passed.PART if any(single) else Passed.NONE
    assert acl_passes(entries, "8.8.8.8", Traffic(TCP, asked))[0] is wanted


def group_passes(*rules: GroupRule, peer: Peer, traffic: Traffic | None = None, listed: bool = True) -> Passed:
    plan = Plan()
    plan.vpc("vpc-1", "10.0.0.0/16")
    plan.subnet("subnet-1", "vpc-1", "10.0.0.0/24")
    plan.group("sg-1", "vpc-1", *rules)
    if listed:
        plan.prefix_list("pl-1", "172.31.0.0/16")
    plan.host("a", "subnet-1", "10.0.0.5", groups=("sg-1",))
    network = plan.network()
    asked = traffic or Traffic(TCP, (443, 443))
    return group_filter(network, network.interfaces["eni-a"], asked, peer, egress=False).passed


def test_a_group_allows_by_block_list_or_group() -> None:
    """https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html"""
    stranger = Peer(ip_address("172.31.0.9"))
    friend = Peer(ip_address("172.31.0.9"), frozenset({"sg-9"}))
    assert group_passes(peer=stranger) is Passed.NONE
    assert group_passes(rule("in", "tcp", (443, 443)), peer=stranger) is Passed.ALL
    assert group_passes(rule("in", "tcp", (80, 80)), peer=stranger) is Passed.NONE
    assert group_passes(rule("in", "udp", (443, 443)), peer=stranger) is Passed.NONE
    assert group_passes(rule("in", "tcp", (443, 443), cidr="10.0.0.0/8"), peer=stranger) is Passed.NONE
    assert group_passes(rule("in", group_id="sg-9"), peer=stranger) is Passed.NONE
    assert group_passes(rule("in", group_id="sg-9"), peer=friend) is Passed.ALL
    assert group_passes(rule("in", list_id="pl-1"), peer=stranger) is Passed.ALL


def test_rules_add_up() -> None:
    halves = (rule("in", "tcp", (0, 500)), rule("in", "tcp", (501, 65535)))
    peer = Peer(ip_address("8.8.8.8"))
    assert group_passes(*halves, peer=peer, traffic=Traffic(TCP, (400, 600))) is Passed.ALL
    assert group_passes(halves[0], peer=peer, traffic=Traffic(TCP, (400, 600))) is Passed.PART


def test_a_list_that_was_not_told_is_unknown_unless_another_rule_allows() -> None:
    peer = Peer(ip_address("172.31.0.9"))
    assert group_passes(rule("in", list_id="pl-1"), peer=peer, listed=False) is Passed.UNKNOWN
    assert group_passes(rule("in", list_id="pl-1"), rule("in"), peer=peer, listed=False) is Passed.ALL
