from collections.abc import Iterator

import pytest
from moto import mock_aws

from tests.unit.scenarios.accounts import Account
from tests.unit.scenarios.systems import CATALOGUE

PARAMETERS: dict[str, str | int] = {"team": "amber", "net": 180, "port": 8080, "path": "/healthz", "place": "path"}
HEALTHY, SERVED, SICK = "servers-are-healthy", "visitors-are-served", "a-sick-server-is-taken-out"
OURS = "the-portal-and-nothing-else"


@pytest.fixture
def portal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")
    with mock_aws():
        yield Account(CATALOGUE["portal_unavailable"].variant(PARAMETERS)).deploy()


def test_what_counts_as_good(portal: Account) -> None:
    """A matcher may be as wide as it likes while what the application says when it is sick is not in it."""
    for path, codes, is_healthy, is_honest in (
        ("/healthz", "200", True, True),
        ("/healthz?from=balancer", "200-299", True, True),
        ("/healthz", "200-499", True, True),
        ("/", "200,302", True, False),
        ("/health", "200", False, True),
        ("/health", "200-499", True, False),
    ):
        change = {"HealthCheckPath": path, "Matcher": {"HttpCode": codes}}
        portal.call("elbv2", "ModifyTargetGroup", TargetGroupArn=portal.names["Targets"], **change)
        found = [portal.finding(check).passed for check in (HEALTHY, SICK)]
        assert found == [is_healthy, is_honest], (path, codes)
    portal.call("elbv2", "ModifyTargetGroup", TargetGroupArn=portal.names["Targets"], HealthCheckPort="8000")
    assert "nothing listens on 8000" in portal.finding(HEALTHY).actual


def test_the_balancers_group_must_be_let_in_and_visitors_into_it(portal: Account) -> None:
    group = portal.call("ec2", "CreateSecurityGroup", GroupName="new", Description="-", VpcId=portal.names["Vpc"])
    portal.call(
        "elbv2",
        "SetSecurityGroups",
        LoadBalancerArn=portal.names["Balancer"],
        SecurityGroups=[group["GroupId"]],
    )
    assert "does not get to 8080" in portal.finding(HEALTHY).actual
    assert "visitors do not get to eni-node0" in portal.finding(SERVED).actual


def test_a_node_without_a_way_to_the_internet_serves_nobody(portal: Account) -> None:
    subnets = [portal.names[f"Subnet-inner-{zone}"] for zone in "ab"]
    portal.call("elbv2", "SetSubnets", LoadBalancerArn=portal.names["Balancer"], Subnets=subnets)
    assert portal.finding(HEALTHY).passed
    assert not portal.finding(SERVED).passed


def test_each_server_must_be_a_target_of_a_listener_and_nobody_else(portal: Account) -> None:
    group = portal.names["Targets"]
    portal.call("elbv2", "DeregisterTargets", TargetGroupArn=group, Targets=[{"Id": portal.names["ServerA"]}])
    portal.call(
        "elbv2", "RegisterTargets", TargetGroupArn=group, Targets=[{"Id": portal.names["Reports"], "Port": 9000}]
    )
    assert f"{portal.names['ServerA']} is no target" in portal.finding(HEALTHY).actual
    assert portal.names["Reports"] in portal.finding(OURS).actual
    portal.call("elbv2", "DeleteListener", ListenerArn=portal.names["Listener"])
    assert not portal.finding(HEALTHY).passed
    assert not portal.finding(SERVED).passed
    assert portal.finding(OURS).passed
