"""Rules that hold for any network: one VPC with a public and a private subnet, and random filters."""

import random
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from grading.reach.model import AclEntry, GroupRule, NetworkAcl, SecurityGroup
from grading.reach.network import Network
from grading.reach.paths import Verdict, reach
from tests.unit.grading.reach.building import Plan, Rule, route, rule

CIDRS = ("0.0.0.0/0", "10.0.0.0/16", "10.0.1.0/24", "192.88.99.0/24")
ENDS = ("i-web", "i-db", "internet")
spans = st.sampled_from(((0, 65535), (443, 443), (1024, 65535), (32768, 60999), (40000, 50000), (22, 22)))
acl_rules = st.lists(
    st.tuples(st.integers(1, 200), st.sampled_from(("allow", "deny")), st.sampled_from(("tcp", "-1", "udp")),
              st.sampled_from(CIDRS), spans),
    max_size=5, unique_by=lambda given: given[0],
)  # fmt: skip
group_rules = st.lists(
    st.builds(rule, st.sampled_from(("in", "out")), st.sampled_from(("tcp", "-1")), spans, cidr=st.sampled_from(CIDRS)),
    max_size=4,
)
questions = st.tuples(st.sampled_from(ENDS), st.sampled_from(ENDS)).filter(lambda pair: pair[0] != pair[1])


def plan_of(inbound: list[Rule], outbound: list[Rule], rules: list[GroupRule], *, way_out: bool = True) -> Plan:
    plan = Plan()
    plan.vpc("vpc-1", "10.0.0.0/16")
    plan.subnet("subnet-pub", "vpc-1", "10.0.0.0/24")
    plan.subnet("subnet-prv", "vpc-1", "10.0.1.0/24")
    plan.igw("igw-1", "vpc-1")
    plan.nat("nat-1", "subnet-pub", "10.0.0.9", "203.0.113.9")
    out = [route("0.0.0.0/0", "igw-1")] if way_out else []
    plan.table("rtb-pub", "vpc-1", *out, subnets=["subnet-pub"])
    plan.table("rtb-prv", "vpc-1", route("0.0.0.0/0", "nat-1"), route("172.16.0.0/12", "nat-1"), subnets=["subnet-prv"])
    plan.acl("acl-pub", "vpc-1", inbound=inbound, outbound=outbound, subnets=["subnet-pub"])
    plan.group("sg-1", "vpc-1", *rules, closed=True)
    plan.host("web", "subnet-pub", "10.0.0.5", public="203.0.113.5", groups=["sg-1"])
    plan.host("db", "subnet-prv", "10.0.1.5", groups=["sg-1"])
    return plan


def with_group(network: Network, rules: tuple[GroupRule, ...]) -> Network:
    return replace(network, groups={"sg-1": SecurityGroup("sg-1", "vpc-1", rules)})


def with_acl(network: Network, entries: tuple[AclEntry, ...]) -> Network:
    acl = NetworkAcl("acl-pub", "vpc-1", default=False, subnet_ids=frozenset({"subnet-pub"}), entries=entries)
    return replace(network, acls={**network.acls, "acl-pub": acl})


@settings(max_examples=40, deadline=None)
@given(inbound=acl_rules, outbound=acl_rules, rules=group_rules, more=group_rules, question=questions)
def test_another_group_rule_never_takes_reachability_away(
    inbound: list[Rule], outbound: list[Rule], rules: list[GroupRule], more: list[GroupRule], question: tuple[str, str]
) -> None:
    network = plan_of(inbound, outbound, rules).network()
    before = reach(network, *question, "tcp", 443)
    after = reach(with_group(network, (*rules, *more)), *question, "tcp", 443)
    assert after.is_reached or not before.is_reached
    assert before.is_kept_out or not after.is_kept_out


@settings(max_examples=40, deadline=None)
@given(inbound=acl_rules, outbound=acl_rules, rules=group_rules, more=acl_rules, question=questions)
def test_an_acl_rule_that_allows_never_takes_reachability_away(
    inbound: list[Rule], outbound: list[Rule], rules: list[GroupRule], more: list[Rule], question: tuple[str, str]
) -> None:
    network = plan_of(inbound, outbound, rules).network()
    allowed: list[Rule] = [(number, "allow", *rest) for number, _, *rest in more]  # type: ignore[misc]
    wider = plan_of([*inbound, *allowed], [*outbound, *allowed], rules).network()
    before = reach(network, *question, "tcp", 443)
    assert reach(wider, *question, "tcp", 443).is_reached or not before.is_reached


@settings(max_examples=40, deadline=None)
@given(inbound=acl_rules, outbound=acl_rules, rules=group_rules, question=questions)
def test_without_the_route_to_the_internet_gateway_there_is_no_internet(
    inbound: list[Rule], outbound: list[Rule], rules: list[GroupRule], question: tuple[str, str]
) -> None:
    network = plan_of(inbound, outbound, rules, way_out=False).network()
    answer = reach(network, *question, "tcp", 443)
    assert answer.is_kept_out or "internet" not in question
    with_route = reach(plan_of(inbound, outbound, rules).network(), *question, "tcp", 443)
    assert "internet" in question or answer.verdict is with_route.verdict


def shuffled(network: Network, seed: int) -> Network:
    """The same network, listed in another order."""
    order = random.Random(seed)  # noqa: S311 - an order, not a secret

    def mixed(items: Any) -> list[Any]:
        found = list(items)
        order.shuffle(found)
        return found

    acl, group = network.acls["acl-pub"], network.groups["sg-1"]
    tables = [replace(one, routes=tuple(mixed(one.routes))) for one in network.route_tables.values()]
    mixed_up = replace(
        network,
        route_tables={one.id: one for one in mixed(tables)},
        subnets=dict(mixed(network.subnets.items())),
        interfaces=dict(mixed(network.interfaces.items())),
    )
    mixed_up = with_acl(mixed_up, tuple(mixed(acl.entries)))
    return with_group(mixed_up, tuple(mixed(group.rules)))


@settings(max_examples=40, deadline=None)
@given(inbound=acl_rules, outbound=acl_rules, rules=group_rules, question=questions, seed=st.integers())
def test_the_order_in_which_aws_lists_things_does_not_matter(
    inbound: list[Rule], outbound: list[Rule], rules: list[GroupRule], question: tuple[str, str], seed: int
) -> None:
    network = plan_of(inbound, outbound, rules).network()
    assert reach(network, *question, "tcp", 443) == reach(shuffled(network, seed), *question, "tcp", 443)


@settings(max_examples=40, deadline=None)
@given(inbound=acl_rules, outbound=acl_rules, rules=group_rules, question=questions)
def test_every_answer_has_its_evidence_in_both_languages(
    inbound: list[Rule], outbound: list[Rule], rules: list[GroupRule], question: tuple[str, str]
) -> None:
    answer = reach(plan_of(inbound, outbound, rules).network(), *question, "tcp", 443)
    assert (answer.verdict is Verdict.REACHABLE) is not bool(answer.blocked_at)
    for one in answer.blocked_at:
        assert one.words.en
        assert one.words.es
        assert "{" not in one.words.en + one.words.es


@settings(max_examples=60, deadline=None)
@given(inbound=acl_rules, outbound=acl_rules, rules=group_rules, port=st.sampled_from((22, 443, 40000)))
def test_a_nat_instance_whose_group_is_open_is_as_good_as_a_nat_gateway(
    inbound: list[Rule], outbound: list[Rule], rules: list[GroupRule], port: int
) -> None:
    """nat-gateway comparison page: they differ in groups, not in routes and ACLs."""
    gateway = plan_of(inbound, outbound, rules)
    instance = plan_of(inbound, outbound, rules)
    instance.table("rtb-prv", "vpc-1", route("0.0.0.0/0", "eni-nat"), subnets=["subnet-prv"])
    instance.group("sg-nat", "vpc-1", rule("in"))
    instance.host("nat", "subnet-pub", "10.0.0.7", public="203.0.113.7", groups=["sg-nat"], check=False)
    one, other = (reach(plan.network(), "i-db", "internet", "tcp", port) for plan in (gateway, instance))
    assert (one.verdict, one.partial) == (other.verdict, other.partial)


@settings(max_examples=60, deadline=None)
@given(inbound=acl_rules, outbound=acl_rules, rules=group_rules, own=group_rules, port=st.sampled_from((22, 443)))
def test_a_nat_instances_group_only_takes_away(
    inbound: list[Rule], outbound: list[Rule], rules: list[GroupRule], own: list[GroupRule], port: int
) -> None:
    verdicts = []
    for granted in (own, [rule("in"), rule("out")]):
        plan = plan_of(inbound, outbound, rules)
        plan.table("rtb-prv", "vpc-1", route("0.0.0.0/0", "eni-nat"), subnets=["subnet-prv"])
        plan.group("sg-nat", "vpc-1", *granted, closed=True)
        plan.host("nat", "subnet-pub", "10.0.0.7", public="203.0.113.7", groups=["sg-nat"], check=False)
        verdicts.append(reach(plan.network(), "i-db", "internet", "tcp", port))
    assert verdicts[1].is_reached or not verdicts[0].is_reached
    assert verdicts[0].is_kept_out or not verdicts[1].is_kept_out
