import pytest

from labs.core.aws import AwsCall
from labs.core.awssystem import AwsSystem, Step
from labs.core.errors import InputError
from provisioner.aws.client import AwsClient
from provisioner.aws.errors import AwsError
from provisioner.aws.system import deploy, remove

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
