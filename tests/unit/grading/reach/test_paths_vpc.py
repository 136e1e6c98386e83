"""Paths inside a VPC and to the internet, after https://docs.aws.amazon.com/vpc/latest/userguide/ (pages below)."""

from dataclasses import replace

from grading.reach.model import GroupRule, Instance
from grading.reach.paths import Answer, Verdict, reach
from grading.reach.words import Why
from tests.unit.grading.reach.building import OPEN, Plan, Rule, route, rule


def whys(answer: Answer) -> list[Why]:
    return [one.why for one in answer.blocked_at]


def public_and_private() -> Plan:
    """nat-gateway-scenarios.html: a web server in a public subnet, a server in a private one behind a NAT gateway."""
    plan = Plan()
    plan.vpc("vpc-1", "10.0.0.0/16", "2001:db8:1::/56")
    plan.subnet("subnet-pub", "vpc-1", "10.0.0.0/24", "2001:db8:1::/64")
    plan.subnet("subnet-prv", "vpc-1", "10.0.1.0/24", "2001:db8:1:1::/64")
    plan.igw("igw-1", "vpc-1")
    plan.igw("eigw-1", "vpc-1")
    plan.nat("nat-1", "subnet-pub", "10.0.0.9", "203.0.113.9")
    plan.table("rtb-pub", "vpc-1", route("0.0.0.0/0", "igw-1"), route("::/0", "igw-1"), subnets=["subnet-pub"])
    plan.table("rtb-prv", "vpc-1", route("0.0.0.0/0", "nat-1"), route("::/0", "eigw-1"), subnets=["subnet-prv"])
    plan.group("sg-web", "vpc-1", rule("in", "tcp", (443, 443)), rule("in", "tcp", (443, 443), cidr="::/0"))
    plan.group(
        "sg-db", "vpc-1", rule("in", "tcp", (5432, 5432), group_id="sg-web"), rule("in", "tcp", (22, 22), cidr="::/0")
    )
    plan.host("web", "subnet-pub", "10.0.0.5", "2001:db8:1::5", public="203.0.113.5", groups=["sg-web"])
    plan.host("db", "subnet-prv", "10.0.1.5", "2001:db8:1:1::5", groups=["sg-db"])
    return plan


def ask(plan: Plan, source: str, destination: str, port: int = 443, protocol: str = "tcp") -> Answer:
    return reach(plan.network(), source, destination, protocol, port)


def test_a_public_server_is_reached_and_a_private_one_is_not() -> None:
    plan = public_and_private()
    assert ask(plan, "internet", "i-web").is_reached
    assert ask(plan, "internet", "203.0.113.5").is_reached
    assert whys(ask(plan, "internet", "i-web", 22)) == [Why.GROUP_INGRESS]
    assert whys(ask(plan, "internet", "i-db", 5432)) == [Why.NO_PUBLIC_ADDRESS]
    assert whys(ask(plan, "internet", "10.0.0.5")) == [Why.PRIVATE_ON_INTERNET]
    assert ask(plan, "internet", "203.0.113.9").is_kept_out, "a NAT gateway lets nobody in"


def test_a_private_server_gets_out_through_the_nat_gateway() -> None:
    answer = ask(public_and_private(), "i-db", "internet")
    assert answer.is_reached
    names = [hop.resource_id for hop in answer.path]
    assert names == ["rtb-prv", "nat-1", "rtb-pub", "igw-1", "igw-1", "nat-1", "rtb-pub", "eni-db"]


def test_a_nat_gateway_in_a_private_subnet_leads_nowhere() -> None:
    """nat-gateway-troubleshooting.html: the NAT gateway's own subnet needs a route to an internet gateway."""
    plan = public_and_private()
    plan.nat("nat-1", "subnet-prv", "10.0.1.9", "203.0.113.9")
    assert whys(ask(plan, "i-db", "internet")) == [Why.LOOP]
    plan.table("rtb-pub", "vpc-1", subnets=["subnet-pub"])
    plan.nat("nat-1", "subnet-pub", "10.0.0.9", "203.0.113.9")
    answer = ask(plan, "i-db", "internet")
    assert whys(answer) == [Why.NO_ROUTE]
    assert answer.blocked_at[0].resource_id == "rtb-pub"


def test_an_internet_gateway_on_a_private_subnet_is_not_enough() -> None:
    """VPC_Internet_Gateway.html: without a public address there is no way out."""
    plan = public_and_private()
    plan.table("rtb-prv", "vpc-1", route("0.0.0.0/0", "igw-1"), subnets=["subnet-prv"])
    assert whys(ask(plan, "i-db", "internet")) == [Why.NO_PUBLIC_ADDRESS]


def test_a_private_nat_gateway_does_not_reach_the_internet() -> None:
    """vpc-nat-gateway.html: an internet gateway drops what comes from a private NAT gateway."""
    plan = public_and_private()
    plan.nat("nat-1", "subnet-pub", "10.0.0.9")
    assert whys(ask(plan, "i-db", "internet")) == [Why.NO_PUBLIC_ADDRESS]


def test_targets_that_are_gone_stopped_or_elsewhere() -> None:
    plan = public_and_private()
    plan.nat("nat-1", "subnet-pub", "10.0.0.9", "203.0.113.9", state="deleted")
    assert whys(ask(plan, "i-db", "internet")) == [Why.NOT_AVAILABLE]
    plan.table("rtb-prv", "vpc-1", route("0.0.0.0/0", "nat-2"), subnets=["subnet-prv"])
    assert whys(ask(plan, "i-db", "internet")) == [Why.TARGET_GONE]
    plan.table("rtb-prv", "vpc-1", route("0.0.0.0/0", "nat-2", blackhole=True), subnets=["subnet-prv"])
    assert whys(ask(plan, "i-db", "internet")) == [Why.BLACKHOLE]
    plan.igw("igw-1", "vpc-2")
    answer = ask(plan, "i-web", "internet")
    assert (whys(answer), answer.blocked_at[0].resource_id) == ([Why.NOT_ATTACHED], "igw-1")
    assert whys(ask(plan, "internet", "i-web")) == [Why.NOT_ATTACHED]
    plan.host("web", "subnet-pub", "10.0.0.5", state="stopped")
    assert whys(ask(plan, "i-db", "i-web")) == [Why.NOT_RUNNING]
    assert whys(ask(plan, "i-db", "i-gone")) == [Why.MISSING]


def test_a_server_that_is_asked_from_abroad_but_answers_through_nat() -> None:
    plan = public_and_private()
    plan.table("rtb-pub", "vpc-1", route("0.0.0.0/0", "nat-2"), subnets=["subnet-pub"])
    plan.nat("nat-2", "subnet-prv", "10.0.1.8", "203.0.113.8")
    answer = ask(plan, "internet", "i-web")
    assert whys(answer) == [Why.ASYMMETRIC]
    assert answer.blocked_at[0].resource_id == "nat-2"


def test_groups_know_each_other_inside_the_vpc_and_not_by_public_address() -> None:
    """security-group-rules.html: a rule that names a group allows its members by their private addresses."""
    plan = public_and_private()
    assert ask(plan, "i-web", "i-db", 5432).is_reached
    assert whys(ask(plan, "i-db", "i-web", 5432)) == [Why.GROUP_INGRESS]
    plan.group("sg-web", "vpc-1", rule("in", "tcp", (443, 443), group_id="sg-db"))
    assert ask(plan, "i-db", "i-web").is_reached
    assert whys(ask(plan, "i-db", "203.0.113.5")) == [Why.GROUP_INGRESS]


def test_a_group_without_outbound_rules_lets_answers_out_and_nothing_else() -> None:
    plan = public_and_private()
    plan.group("sg-web", "vpc-1", rule("in", "tcp", (443, 443)), closed=True)
    assert ask(plan, "internet", "i-web").is_reached
    assert whys(ask(plan, "i-web", "internet")) == [Why.GROUP_EGRESS]


def test_ipv6_needs_no_public_address_and_the_egress_only_gateway_lets_nothing_in() -> None:
    """egress-only-internet-gateway.html"""
    plan = public_and_private()
    assert ask(plan, "i-db", "internet6").is_reached
    assert ask(plan, "internet6", "i-web").is_reached
    answer = ask(plan, "internet6", "i-db", 22)
    assert whys(answer) == [Why.ASYMMETRIC]
    assert answer.is_kept_out


def test_network_acls_are_stateless() -> None:
    """nacl-ephemeral-ports.html: an answer needs a rule for the client's ephemeral ports."""
    plan = public_and_private()
    https: Rule = (100, "allow", "tcp", "0.0.0.0/0", (443, 443))
    plan.acl("acl-pub", "vpc-1", inbound=[https], outbound=[https], subnets=["subnet-pub"])
    answer = ask(plan, "internet", "i-web")
    assert whys(answer) == [Why.ACL_EGRESS]
    assert answer.blocked_at[0].words.en.startswith("on the way back, acl-pub: ")
    assert answer.blocked_at[0].words.es.startswith("en el camino de vuelta, acl-pub: ")
    wide: Rule = (110, "allow", "tcp", "0.0.0.0/0", (1024, 65535))
    plan.acl("acl-pub", "vpc-1", inbound=[https], outbound=[wide], subnets=["subnet-pub"])
    assert ask(plan, "internet", "i-web").is_reached
    assert whys(ask(plan, "i-db", "internet")) == [Why.ACL_EGRESS, Why.ACL_INGRESS]
    narrow: Rule = (110, "allow", "tcp", "0.0.0.0/0", (32768, 60999))
    plan.acl("acl-pub", "vpc-1", inbound=[https], outbound=[narrow], subnets=["subnet-pub"])
    assert ask(plan, "internet", "i-web").partial, "who knows what ports a client on the internet uses"


def test_behind_a_nat_gateway_the_clients_own_ports_count() -> None:
    plan = public_and_private()
    linux: Rule = (110, "allow", "tcp", "0.0.0.0/0", (32768, 60999))
    plan.acl("acl-prv", "vpc-1", inbound=[linux], outbound=OPEN, subnets=["subnet-prv"])
    assert ask(plan, "i-db", "internet").is_reached


def test_some_of_the_ephemeral_ports_are_not_enough_and_not_nothing() -> None:
    plan = public_and_private()
    linux: Rule = (110, "allow", "tcp", "0.0.0.0/0", (32768, 60999))
    plan.acl(
        "acl-pub",
        "vpc-1",
        inbound=[linux, (100, "allow", "tcp", "0.0.0.0/0", (443, 443))],
        outbound=OPEN,
        subnets=["subnet-pub"],
    )
    assert ask(plan, "i-web", "internet").is_reached
    answer = ask(plan, "i-db", "internet")
    assert (answer.verdict, answer.partial, answer.is_kept_out) == (Verdict.UNREACHABLE, True, False)
    assert answer.words.es.startswith("alcanzable en parte: ")


def test_an_acl_does_not_stand_between_neighbours() -> None:
    plan = public_and_private()
    plan.acl("acl-prv", "vpc-1", inbound=[], outbound=[], subnets=["subnet-prv"])
    plan.host("other", "subnet-prv", "10.0.1.6", groups=["sg-web"])
    assert ask(plan, "i-other", "i-db", 5432).is_reached
    assert whys(ask(plan, "i-web", "i-db", 5432)) == [Why.ACL_INGRESS, Why.ACL_EGRESS]


def behind_an_instance(
    *rules: GroupRule, public: str = "203.0.113.7", check: bool = False, closed: bool = False
) -> Plan:
    """work-with-nat-instances.html: a private subnet's way out is an instance in the public one."""
    plan = public_and_private()
    plan.table("rtb-prv", "vpc-1", route("0.0.0.0/0", "eni-nat"), subnets=["subnet-prv"])
    plan.group("sg-nat", "vpc-1", *(rules or (rule("in", "tcp", (443, 443), cidr="10.0.1.0/24"),)), closed=closed)
    plan.host("nat", "subnet-pub", "10.0.0.7", public=public, groups=["sg-nat"], check=check)
    return plan


def test_a_private_server_gets_out_through_a_nat_instance() -> None:
    """work-with-nat-instances.html: route, check off, public subnet with a public address, group"""
    answer = ask(behind_an_instance(), "i-db", "internet")
    assert answer.is_reached, answer.words.en
    names = [hop.resource_id for hop in answer.path]
    assert names == ["rtb-prv", "eni-nat", "rtb-pub", "igw-1", "igw-1", "eni-nat", "rtb-pub", "eni-db"]
    plan = behind_an_instance()
    plan.table("rtb-prv", "vpc-1", route("0.0.0.0/0", "i-nat"), subnets=["subnet-prv"])
    assert ask(plan, "i-db", "internet").is_reached, "the route may name the instance"
    assert not ask(plan, "internet", "i-db").is_reached, "nobody comes in by it"


def test_a_nat_instance_needs_its_check_off() -> None:
    """work-with-nat-instances.html#EIP_Disable_SrcDestCheck"""
    plan = behind_an_instance(check=True)
    assert whys(ask(plan, "i-db", "internet")) == [Why.SOURCE_DEST_CHECK]
    plan.parts["instances"]["i-nat"] = Instance("i-nat", "running", ("eni-nat",), source_dest_check=False)
    assert ask(plan, "i-db", "internet").is_reached, "switched off by the instance's name"
    plan.parts["instances"]["i-nat"] = Instance("i-nat", "running", ("eni-0", "eni-nat"), source_dest_check=False)
    assert whys(ask(plan, "i-db", "internet")) == [Why.SOURCE_DEST_CHECK], "which means its primary interface only"


def test_a_nat_instance_needs_a_public_address_and_a_public_subnet() -> None:
    assert whys(ask(behind_an_instance(public=""), "i-db", "internet")) == [Why.NO_PUBLIC_ADDRESS]
    plan = behind_an_instance()
    plan.table("rtb-pub", "vpc-1", subnets=["subnet-pub"])
    assert whys(ask(plan, "i-db", "internet")) == [Why.NO_ROUTE]
    plan = behind_an_instance()
    plan.host("nat", "subnet-prv", "10.0.1.7", public="203.0.113.7", groups=["sg-nat"], check=False)
    assert whys(ask(plan, "i-db", "internet")) == [Why.LOOP], "its own way out leads back to itself"
    plan = behind_an_instance()
    plan.host("nat", "subnet-pub", "10.0.0.7", public="203.0.113.7", groups=["sg-nat"], check=False, state="stopped")
    assert whys(ask(plan, "i-db", "internet")) == [Why.NOT_RUNNING]


def test_a_nat_instances_group_lets_in_and_out() -> None:
    """work-with-nat-instances.html#nat-instance-sg: unlike a NAT gateway it has groups, in both directions."""
    narrow = behind_an_instance(rule("in", "tcp", (443, 443), cidr="10.0.2.0/24"))
    assert whys(ask(narrow, "i-db", "internet")) == [Why.GROUP_INGRESS]
    assert whys(ask(behind_an_instance(), "i-db", "internet", 80)) == [Why.GROUP_INGRESS]
    assert whys(ask(behind_an_instance(closed=True), "i-db", "internet")) == [Why.GROUP_EGRESS]
    by_group = behind_an_instance(rule("in", "tcp", (443, 443), group_id="sg-db"))
    assert ask(by_group, "i-db", "internet").is_reached


def test_acls_count_at_a_nat_instance_too() -> None:
    plan = behind_an_instance()
    https: Rule = (100, "allow", "tcp", "0.0.0.0/0", (443, 443))
    plan.acl("acl-pub", "vpc-1", inbound=[https], outbound=OPEN, subnets=["subnet-pub"])
    assert whys(ask(plan, "i-db", "internet")) == [Why.ACL_INGRESS], "answers come in at its ephemeral ports"


def test_what_else_is_sent_to_a_machine_cannot_be_judged() -> None:
    plan = behind_an_instance()
    plan.table("rtb-prv", "vpc-1", route("172.16.0.0/12", "eni-nat"), route("::/0", "eni-nat"), subnets=["subnet-prv"])
    for destination in ("172.16.0.9", "internet6"):
        answer = ask(plan, "i-db", destination)
        assert (answer.verdict, whys(answer)) == (Verdict.INCONCLUSIVE, [Why.APPLIANCE])
    plan.table("rtb-pub", "vpc-1", route("0.0.0.0/0", "eni-nat"), subnets=["subnet-pub"])
    assert whys(ask(plan, "i-web", "internet")) == [Why.APPLIANCE], "it has a public address of its own"


def test_a_gateway_endpoint_leads_to_its_service_without_nat() -> None:
    """https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html"""
    plan = public_and_private()
    plan.prefix_list("pl-s3", "52.216.0.0/15")
    plan.endpoint("vpce-1", "vpc-1")
    plan.table("rtb-prv", "vpc-1", route("52.216.0.0/15", "vpce-1"), subnets=["subnet-prv"])
    assert ask(plan, "i-db", "52.216.0.9").is_reached
    assert whys(ask(plan, "i-db", "8.8.8.8")) == [Why.NO_ROUTE]
    plan.endpoint("vpce-1", "vpc-1", full_access=False)
    assert whys(ask(plan, "i-db", "52.216.0.9")) == [Why.POLICY]


def test_what_is_not_modelled_is_inconclusive_and_says_what() -> None:
    plan = public_and_private()
    plan.endpoint("vpce-fw", "vpc-1", "GatewayLoadBalancer")
    plan.table("rtb-prv", "vpc-1", route("0.0.0.0/0", "vpce-fw"), subnets=["subnet-prv"])
    answer = ask(plan, "i-db", "internet")
    assert (answer.verdict, answer.words.en) == (
        Verdict.INCONCLUSIVE,
        "cannot be judged: vpce-fw: GatewayLoadBalancer is not modelled",
    )
    plan.table("rtb-prv", "vpc-1", route("0.0.0.0/0", "lgw-1"), subnets=["subnet-prv"])
    assert whys(ask(plan, "i-db", "internet")) == [Why.UNMODELLED]
    plan.table("rtb-prv", "vpc-1", replace(route("0.0.0.0/0", "lgw-1"), target_id=""), subnets=["subnet-prv"])
    assert "Target: - is not modelled" in ask(plan, "i-db", "internet").words.en, "moto lists routes without a target"
    plan.table("rtb-edge", "vpc-1", route("10.0.0.0/24", "eni-db"), gateways=["igw-1"])
    assert whys(ask(plan, "internet", "i-web")) == [Why.UNMODELLED]


def test_blocked_public_access_and_ipv6_over_a_transit_gateway_are_not_modelled() -> None:
    """security-vpc-bpa.html"""
    plan = public_and_private()
    blocked = replace(plan.network(), access_blocks={"vpc-1": "block-ingress"})
    for source, destination in (("internet", "i-web"), ("i-db", "internet"), ("i-db", "internet6")):
        answer = reach(blocked, source, destination, "tcp", 443)
        assert answer.verdict is Verdict.INCONCLUSIVE
        assert "VPC Block Public Access" in answer.words.en
    assert reach(blocked, "i-web", "i-db", "tcp", 5432).is_reached
    plan.tgw()
    plan.table("rtb-prv", "vpc-1", route("::/0", "tgw-1"), subnets=["subnet-prv"])
    assert "IPv6" in ask(plan, "i-db", "internet6").words.es


def test_what_could_not_be_read_makes_only_paths_through_it_inconclusive() -> None:
    plan = public_and_private()
    plan.parts["nat_gateways"].clear()
    plan.unread["DescribeNatGateways"] = "not implemented"
    answer = ask(plan, "i-db", "internet")
    assert (answer.verdict, whys(answer)) == (Verdict.INCONCLUSIVE, [Why.UNREAD])
    assert "DescribeNatGateways: not implemented" in answer.words.es
    assert ask(plan, "i-web", "internet").is_reached


def test_a_certain_fault_is_certain_whatever_else_is_unknown() -> None:
    plan = public_and_private()
    plan.group("sg-db", "vpc-1", closed=True)
    plan.parts["nat_gateways"].clear()
    plan.unread["DescribeNatGateways"] = "not implemented"
    answer = ask(plan, "i-db", "internet")
    assert answer.is_kept_out
    assert whys(answer) == [Why.GROUP_EGRESS]


def test_echo_and_datagrams() -> None:
    plan = public_and_private()
    assert whys(ask(plan, "i-web", "i-db", protocol="icmp")) == [Why.GROUP_INGRESS]
    plan.group("sg-db", "vpc-1", rule("in", "icmp"), rule("in", "udp", (53, 53)))
    assert ask(plan, "i-web", "i-db", protocol="icmp").is_reached
    assert ask(plan, "i-web", "i-db", 53, "udp").is_reached


def test_a_host_that_need_not_be_there_is_judged_without_groups() -> None:
    plan = public_and_private()
    assert ask(plan, "subnet-prv/10.0.1.77", "internet").is_reached
    assert ask(plan, "i-web", "subnet-prv/10.0.1.77").is_reached
    assert whys(ask(plan, "i-web", "10.0.1.77")) == [Why.NOBODY]
