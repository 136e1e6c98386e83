from typing import Any

import pytest

from grading.aws_judged import reach_finding
from grading.findings import Finding, UndecidableError
from grading.reach.snapshot import SIMPLE
from grading.spec_aws import ReachCheck
from labs.core.aws import AwsAnswer, AwsCall
from labs.core.errors import UnreachableError
from tests.unit.grading.fake_aws import FakeAws, view_on

WEB = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "UserIdGroupPairs": [{"GroupId": "sg-1"}]}
OUT = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
ALL = [{"RuleNumber": 100, "Protocol": "-1", "RuleAction": "allow", "CidrBlock": "0.0.0.0/0", "Egress": egress}
       for egress in (True, False)]  # fmt: skip


class FakeNetwork(FakeAws):
    """A subnet with two servers, i-1 and i-2, that let each other in on port 443."""

    def __init__(self) -> None:
        super().__init__()
        for operation, field in SIMPLE.items():
            self.put("ec2", operation, {field: []})
        self.refuse("ec2", "DescribeVpcBlockPublicAccessOptions", "InvalidAction")
        self.told("Vpcs", {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16",
                           "CidrBlockAssociationSet": [{"CidrBlock": "10.0.0.0/16",
                                                        "CidrBlockState": {"State": "associated"}}]})  # fmt: skip
        self.told("Subnets", {"SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "10.0.1.0/24",
                              "AvailabilityZone": "eu-west-1a", "State": "available"})  # fmt: skip
        route = {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"}
        self.told("RouteTables", {"RouteTableId": "rtb-1", "VpcId": "vpc-1", "Routes": [route],
                                  "Associations": [{"Main": True, "RouteTableId": "rtb-1"}]})  # fmt: skip
        self.told("NetworkAcls", {"NetworkAclId": "acl-1", "VpcId": "vpc-1", "IsDefault": True, "Entries": ALL,
                                  "Associations": [{"SubnetId": "subnet-1"}]})  # fmt: skip
        self.told("SecurityGroups", {"GroupId": "sg-1", "VpcId": "vpc-1", "OwnerId": self.account,
                                     "IpPermissions": [WEB], "IpPermissionsEgress": [OUT]})  # fmt: skip
        self.told("NetworkInterfaces", *(_interface(number) for number in (1, 2)))
        self.servers("running")

    def servers(self, second: str) -> None:
        states = {1: "running", 2: second}
        self.told("Instances", {"Instances": [{"InstanceId": f"i-{number}", "State": {"Name": state},
                                               "NetworkInterfaces": [_interface(number)]}
                                              for number, state in states.items() if state]})  # fmt: skip

    def told(self, kind: str, *items: dict[str, Any]) -> None:
        operation = f"Describe{kind}"
        self.put("ec2", operation, {SIMPLE[operation]: list(items)})


def _interface(number: int) -> dict[str, Any]:
    address = f"10.0.1.{number}"
    return {
        "NetworkInterfaceId": f"eni-{number}", "SubnetId": "subnet-1", "VpcId": "vpc-1", "SourceDestCheck": True,
        "PrivateIpAddress": address, "PrivateIpAddresses": [{"PrivateIpAddress": address, "Primary": True}],
        "Groups": [{"GroupId": "sg-1"}], "Attachment": {"InstanceId": f"i-{number}", "DeviceIndex": 0},
        "Status": "in-use", "InterfaceType": "interface",
    }  # fmt: skip


def finding(aws: FakeAws, *, is_open: bool, target: str = "i-2", port: int = 443, **check: Any) -> Finding:
    asked = {"from": "i-1", "to": target, "port": port, "open": is_open, **check}
    return reach_finding(ReachCheck.model_validate(asked), view_on(aws))


@pytest.mark.parametrize(("port", "is_let_through"), [(443, True), (80, False)])
def test_a_path_is_open_or_not(port: int, *, is_let_through: bool) -> None:
    right = finding(FakeNetwork(), port=port, is_open=is_let_through)
    wrong = finding(FakeNetwork(), port=port, is_open=not is_let_through)
    assert (right.passed, wrong.passed) == (True, False)
    assert wrong.expected == ("unreachable" if is_let_through else "reachable")
    assert right.reason.en != right.reason.es


def test_what_is_open_in_part_is_neither_open_nor_closed() -> None:
    for is_open in (True, False):
        found = finding(FakeNetwork(), port=0, is_open=is_open)
        assert not found.passed
        assert "reachable in part" in found.reason.en


def test_the_evidence_is_the_way_taken_and_where_it_ends() -> None:
    assert finding(FakeNetwork(), is_open=True).actual == "eni-2 → eni-1"
    blocked = finding(FakeNetwork(), is_open=True, port=22)
    assert "security-group-ingress at eni-2 Groups sg-1" in blocked.actual
    assert "i-1 → i-2 tcp/22: not reachable" in blocked.reason.en


@pytest.mark.parametrize(("state", "said"), [("stopped", "does not run"), ("", "does not exist")])
@pytest.mark.parametrize("is_open", [True, False])
def test_to_switch_an_end_off_is_no_fix(state: str, said: str, *, is_open: bool) -> None:
    aws = FakeNetwork()
    aws.servers(state)
    found = finding(aws, is_open=is_open)
    assert not found.passed
    assert said in found.reason.en


def test_what_is_not_told_is_no_verdict() -> None:
    aws = FakeNetwork()
    aws.refuse("ec2", "DescribeSecurityGroups", "InternalFailure")
    with pytest.raises(UndecidableError, match="i-1 → i-2 tcp/443"):
        finding(aws, is_open=True)


@pytest.mark.parametrize("check", [
    {"target": "somewhere"}, {"from": "10.9.9.9"},
    {"far_devices": [{"outside": "here", "asn": 65000, "prefixes": ["192.168.0.0/16"]}]},
    {"far_devices": [{"outside": "198.51.100.1", "asn": 65000, "prefixes": ["192.168.0.1/16"]}]},
])  # fmt: skip
def test_a_question_that_is_none_is_the_checks_mistake(check: dict[str, Any]) -> None:
    with pytest.raises(UndecidableError, match="question is none"):
        finding(FakeNetwork(), is_open=True, **check)


def test_several_checks_of_a_scenario_read_the_network_once() -> None:
    aws = FakeNetwork()
    view = view_on(aws)
    checks = [ReachCheck.model_validate({"from": "i-1", "to": "i-2", "port": port, "open": port == 443})
              for port in (443, 80, 22)]  # fmt: skip
    assert all(reach_finding(check, view).passed for check in checks)
    assert len(aws.calls) == len(SIMPLE) + 1
    aws.told("SecurityGroups", {"GroupId": "sg-1", "VpcId": "vpc-1", "OwnerId": aws.account, "IpPermissions": [],
                                "IpPermissionsEgress": [OUT]})  # fmt: skip
    assert not reach_finding(checks[0], view).passed


def test_silence_says_nothing() -> None:
    class Silent(FakeNetwork):
        def ask(self, call: AwsCall, *, as_role: str = "") -> AwsAnswer:
            raise UnreachableError(f"{call} {as_role}")

    with pytest.raises(UnreachableError):
        finding(Silent(), is_open=False)
    aws = FakeNetwork()
    aws.refuse("ec2", "DescribeVpcs", "UnauthorizedOperation")
    with pytest.raises(UnreachableError, match="refuses the grader"):
        finding(aws, is_open=False)
