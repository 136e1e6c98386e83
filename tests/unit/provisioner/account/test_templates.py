from typing import Any

import pytest

from labs.core.awssystem import AwsSystem, Step
from labs.core.errors import InputError
from provisioner.account.templates import fenced
from tests.unit.provisioner.account.fences import FENCE


def _system(*steps: Step, **resources: Any) -> AwsSystem:
    return AwsSystem("orders", {"Resources": {name: dict(each) for name, each in resources.items()}}, steps)


def test_every_principal_gets_the_labs_path_and_the_boundary_and_the_scenarios_own_template_stays_as_it_is() -> None:
    role = {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "worker"}}
    system = _system(Role=role, Group={"Type": "AWS::IAM::Group"}, Bucket={"Type": "AWS::S3::Bucket"})
    made = fenced(system, FENCE).template["Resources"]
    assert made["Role"]["Properties"] == {
        "RoleName": "worker",
        "Path": FENCE.lab_path,
        "PermissionsBoundary": FENCE.boundary_arn,
    }
    assert made["Group"]["Properties"] == {"Path": FENCE.lab_path}
    assert made["Bucket"].get("Properties", {}) == {}
    assert role["Properties"] == {"RoleName": "worker"}


def test_steps_that_make_principals_are_bound_too() -> None:
    made = fenced(
        _system(Step("a", "iam", "CreateRole", {"RoleName": "r"}), Step("b", "s3", "PutObject", {"K": 1})), FENCE
    )
    assert made.steps[0].parameters["PermissionsBoundary"] == FENCE.boundary_arn
    assert made.steps[0].parameters["Path"] == FENCE.lab_path
    assert made.steps[1].parameters == {"K": 1}


@pytest.mark.parametrize(
    ("resource", "words"),
    [
        ({"Type": "AWS::EKS::Nodegroup"}, "does not allow AWS::EKS::Nodegroup"),
        ({"Type": "Custom::Thing"}, "does not allow Custom::Thing"),
        ({"Type": "AWS::CloudFormation::CustomResource"}, "CustomResource"),
        ({"Type": "AWS::IAM::OIDCProvider"}, "OIDCProvider is not the lab's alone"),
        ({}, "does not allow None"),
        ({"Type": "AWS::EC2::Instance", "Properties": {"InstanceType": "p5.48xlarge"}}, "p5.48xlarge"),
        ({"Type": "AWS::EC2::Instance"}, "m1.small"),
        ({"Type": "AWS::EC2::Instance", "Properties": {"InstanceType": {"Ref": "Size"}}}, "Ref"),
        ({"Type": "AWS::IAM::Role", "Properties": {"Path": "/ops/"}}, "Path is the fence's"),
        ({"Type": "AWS::IAM::User", "Properties": {"PermissionsBoundary": "arn"}}, "one boundary"),
    ],
)
def test_what_a_fence_cannot_hold_is_refused_before_anything_is_made(resource: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError) as caught:
        fenced(_system(Thing=resource), FENCE)
    assert words in caught.value.message


def test_macros_and_steps_of_other_services_are_refused() -> None:
    system = AwsSystem("orders", {"Transform": "AWS::Serverless-2016-10-31", "Resources": {}}, (
        Step("org", "organizations", "CreateAccount"), Step("lb", "elbv2", "CreateLoadBalancer")))  # fmt: skip
    with pytest.raises(InputError) as caught:
        fenced(system, FENCE)
    assert "Transform" in caught.value.message
    assert "step org" in caught.value.message
    assert "step lb" not in caught.value.message
