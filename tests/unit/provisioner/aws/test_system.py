from collections.abc import Mapping
from typing import Any, cast

import pytest

from labs.core.aws import AwsAdmin, AwsCall
from labs.core.awssystem import AwsSystem, Step
from labs.core.errors import InputError
from provisioner.aws import system as system_module
from provisioner.aws.client import AwsClient
from provisioner.aws.errors import AwsError
from provisioner.aws.system import deploy, remove
from tests.unit.provisioner.account.aws import ScriptedAws, said_no

TEMPLATE = {
    "Resources": {"Net": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.7.0.0/16"}}},
    "Outputs": {"Block": {"Value": {"Fn::GetAtt": ["Net", "CidrBlock"]}}},
}


def test_the_template_comes_first_and_its_names_serve_the_steps(client: AwsClient) -> None:
    subnet = Step(
        "subnet", "ec2", "CreateSubnet", {"VpcId": "${Net}", "CidrBlock": "10.7.1.0/24"},
        keep={"Subnet": "Subnet.SubnetId"}, undo={"operation": "DeleteSubnet", "parameters": {"SubnetId": "${Subnet}"}},
    )  # fmt: skip
    tag = Step("tag", "ec2", "CreateTags", {"Resources": ["${Subnet}"], "Tags": [{"Key": "in", "Value": "${region}"}]})
    system = AwsSystem("north-net", TEMPLATE, (subnet, tag))
    names = deploy(client, AwsSystem.from_json(system.to_json()))
    assert names["Net"].startswith("vpc-")
    assert names["Block"] == "10.7.0.0/16"
    found = client.call(AwsCall("ec2", "DescribeSubnets", {"SubnetIds": [names["Subnet"]]}))["Subnets"][0]
    assert found["Tags"] == [{"Key": "in", "Value": "eu-west-1"}]
    assert remove(client, system, names) == []
    assert client.ask(AwsCall("ec2", "DescribeSubnets", {"SubnetIds": [names["Subnet"]]})).error_code
    assert client.ask(AwsCall("ec2", "DescribeVpcs", {"VpcIds": [names["Net"]]})).error_code


def test_a_refused_step_is_named(client: AwsClient) -> None:
    wrong = Step("too-big", "ec2", "CreateVpc", {"CidrBlock": "10.0.0.0/4"})
    with pytest.raises(AwsError, match=r"step too-big \(ec2:CreateVpc\)"):
        deploy(client, AwsSystem("x-net", steps=(wrong,)))


def test_unknown_names_and_empty_answers_are_named(client: AwsClient) -> None:
    with pytest.raises(InputError, match=r"\$\{Nothing\} names nothing"):
        deploy(client, AwsSystem("y-net", steps=(Step("a", "ec2", "CreateSubnet", {"VpcId": "${Nothing}"}),)))
    with pytest.raises(InputError, match=r"keeps Gone: Vpc\.Gone finds nothing"):
        deploy(client, AwsSystem("z-net", steps=(
            Step("a", "ec2", "CreateVpc", {"CidrBlock": "10.0.0.0/16"}, keep={"Gone": "Vpc.Gone"}),)))  # fmt: skip


def test_what_the_engine_cannot_make_is_named(client: AwsClient) -> None:
    template = {"Resources": {"Odd": {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": "b"}}}}
    with pytest.raises(InputError, match="came up without Odd"):
        deploy(client, AwsSystem("odd-net", template))


class _Cloud(ScriptedAws):
    """CloudFormation, whose DescribeStacks answers in turn."""

    def __init__(self, *statuses: str | Exception) -> None:
        super().__init__({"cloudformation:DescribeStacks": self._described, "cloudformation:DescribeStackEvents": {
            "StackEvents": [{"LogicalResourceId": "Net", "ResourceStatus": "DELETE_FAILED",
                             "ResourceStatusReason": "has a stranger in it"}]}})  # fmt: skip
        self.admin = AwsAdmin("", "123456789012", "eu-west-1")
        self._statuses = list(statuses)

    def _described(self, _: AwsCall) -> Mapping[str, Any]:
        status = self._statuses.pop(0)
        if isinstance(status, Exception):
            raise status
        return {"Stacks": [{"StackStatus": status}]}


GONE = said_no("ValidationError", "Stack with id north does not exist")


@pytest.mark.parametrize("last", ["DELETE_COMPLETE", GONE])
def test_a_stack_is_gone_when_aws_says_so(monkeypatch: pytest.MonkeyPatch, last: str | Exception) -> None:
    monkeypatch.setattr(system_module, "POLL_SECONDS", 0.0)
    cloud = _Cloud("DELETE_IN_PROGRESS", "DELETE_IN_PROGRESS", last)
    assert remove(cast("AwsClient", cloud), AwsSystem("north", TEMPLATE), {}) == []
    assert [call.operation for call in cloud.calls] == ["DeleteStack", *["DescribeStacks"] * 3]


def test_a_stack_that_stays_is_told_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_module, "POLL_SECONDS", 0.0)
    failed = _Cloud("DELETE_IN_PROGRESS", "DELETE_FAILED")
    (said,) = remove(cast("AwsClient", failed), AwsSystem("north", TEMPLATE), {})
    assert "has a stranger in it" in said
    denied = _Cloud(said_no("AccessDenied", "not you"))
    assert "not you" in remove(cast("AwsClient", denied), AwsSystem("north", TEMPLATE), {})[0]
    monkeypatch.setattr(system_module, "STACK_SECONDS", -1.0)
    slow = _Cloud("DELETE_IN_PROGRESS")
    assert "still DELETE_IN_PROGRESS" in remove(cast("AwsClient", slow), AwsSystem("north", TEMPLATE), {})[0]


def test_the_stack_is_tagged(client: AwsClient) -> None:
    deploy(client, AwsSystem("tagged-net", TEMPLATE), tags={"taller:lab": "ana-1a2b"})
    stack = client.call(AwsCall("cloudformation", "DescribeStacks", {"StackName": "tagged-net"}))["Stacks"][0]
    assert stack["Tags"] == [{"Key": "taller:lab", "Value": "ana-1a2b"}]
