import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from werkzeug.routing import Map, Rule

from labs.core.aws import AwsCall
from labs.core.awssystem import AwsSystem
from provisioner.aws.client import AwsClient
from provisioner.aws.system import deploy
from provisioner.emulated.incell.repairs import compile_rules_in_turn


def test_a_transit_gateways_static_route_tells_its_attachment(client: AwsClient) -> None:
    vpc = client.call(AwsCall("ec2", "CreateVpc", {"CidrBlock": "10.9.0.0/16"}))["Vpc"]["VpcId"]
    wanted = {"VpcId": vpc, "CidrBlock": "10.9.1.0/24"}
    subnet = client.call(AwsCall("ec2", "CreateSubnet", wanted))["Subnet"]["SubnetId"]
    gateway = client.call(AwsCall("ec2", "CreateTransitGateway", {}))["TransitGateway"]["TransitGatewayId"]
    attach = {"TransitGatewayId": gateway, "VpcId": vpc, "SubnetIds": [subnet]}
    made = client.call(AwsCall("ec2", "CreateTransitGatewayVpcAttachment", attach))["TransitGatewayVpcAttachment"]
    table = client.call(AwsCall("ec2", "CreateTransitGatewayRouteTable", {"TransitGatewayId": gateway}))
    table_id = table["TransitGatewayRouteTable"]["TransitGatewayRouteTableId"]
    route = {
        "TransitGatewayRouteTableId": table_id,
        "DestinationCidrBlock": "10.9.0.0/16",
        "TransitGatewayAttachmentId": made["TransitGatewayAttachmentId"],
    }
    client.call(AwsCall("ec2", "CreateTransitGatewayRoute", route))
    search = {"TransitGatewayRouteTableId": table_id, "Filters": [{"Name": "type", "Values": ["static"]}]}
    (found,) = client.call(AwsCall("ec2", "SearchTransitGatewayRoutes", search))["Routes"]
    assert [each["ResourceId"] for each in found["TransitGatewayAttachments"]] == [vpc]


def test_an_apis_method_is_updated(client: AwsClient) -> None:
    api = client.call(AwsCall("apigateway", "CreateRestApi", {"name": "orders"}))
    place = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "GET"}
    client.call(AwsCall("apigateway", "PutMethod", {**place, "authorizationType": "NONE"}))
    changes = [
        {"op": "replace", "path": "/authorizationType", "value": "AWS_IAM"},
        {"op": "replace", "path": "/apiKeyRequired", "value": "true"},
    ]
    client.call(AwsCall("apigateway", "UpdateMethod", {**place, "patchOperations": changes}))
    found = client.call(AwsCall("apigateway", "GetMethod", place))
    assert (found["authorizationType"], found["apiKeyRequired"]) == ("AWS_IAM", True)
    unknown = [{"op": "replace", "path": "/colour", "value": "blue"}]
    answer = client.ask(AwsCall("apigateway", "UpdateMethod", {**place, "patchOperations": unknown}))
    assert answer.error_code == "BadRequestException"


def test_inline_policies_of_a_stack_are_json(client: AwsClient) -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    grant = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    role = {
        "RoleName": "of-a-stack",
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
        "Policies": [{"PolicyName": "own", "PolicyDocument": {"Version": "2012-10-17", "Statement": [grant]}}],
    }
    template = {"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": role}}}
    deploy(client, AwsSystem("roles-stack", template))
    found = client.call(AwsCall("iam", "GetRolePolicy", {"RoleName": "of-a-stack", "PolicyName": "own"}))
    assert found["PolicyDocument"]["Statement"] == [grant]


def test_a_secret_is_read_as_its_current_version_after_the_label_was_moved(client: AwsClient) -> None:
    def ask(operation: str, **parameters: object) -> Mapping[str, Any]:
        return client.call(AwsCall("secretsmanager", operation, {"SecretId": "password", **parameters}))

    client.call(AwsCall("secretsmanager", "CreateSecret", {"Name": "password", "SecretString": "old"}))
    old = ask("GetSecretValue")["VersionId"]
    new = ask("PutSecretValue", SecretString="new", VersionStages=["AWSPENDING"])["VersionId"]
    assert ask("GetSecretValue")["SecretString"] == "old"
    ask("UpdateSecretVersionStage", VersionStage="AWSCURRENT", RemoveFromVersionId=old, MoveToVersionId=new)
    assert ask("GetSecretValue")["SecretString"] == "new"
    assert ask("GetSecretValue", VersionStage="AWSPREVIOUS")["SecretString"] == "old"
    ask("PutSecretValue", SecretString="newest")
    assert ask("GetSecretValue")["SecretString"] == "newest"
    assert ask("GetSecretValue", VersionStage="AWSPREVIOUS")["SecretString"] == "new"
    unknown = AwsCall("secretsmanager", "GetSecretValue", {"SecretId": "nobodys"})
    assert client.ask(unknown).error_code == "ResourceNotFoundException"


def test_a_label_that_leaves_the_current_version_behind_moves_nothing(client: AwsClient) -> None:
    made = client.call(AwsCall("secretsmanager", "CreateSecret", {"Name": "labelled", "SecretString": "old"}))
    other = {"SecretId": "labelled", "VersionStage": "mine", "MoveToVersionId": made["VersionId"]}
    client.call(AwsCall("secretsmanager", "UpdateSecretVersionStage", other))
    assert client.call(AwsCall("secretsmanager", "GetSecretValue", {"SecretId": "labelled"}))["SecretString"] == "old"


def test_snapshots_are_those_of_the_owner_that_is_asked_for(client: AwsClient) -> None:
    zone = client.call(AwsCall("ec2", "DescribeAvailabilityZones"))["AvailabilityZones"][0]["ZoneName"]
    volume = client.call(AwsCall("ec2", "CreateVolume", {"AvailabilityZone": zone, "Size": 1}))["VolumeId"]
    own = client.call(AwsCall("ec2", "CreateSnapshot", {"VolumeId": volume}))["SnapshotId"]

    def found(**parameters: object) -> set[str]:
        said = client.call(AwsCall("ec2", "DescribeSnapshots", parameters))
        return {str(each["SnapshotId"]) for each in said["Snapshots"]}

    assert found(OwnerIds=["self"]) == found(OwnerIds=[client.admin.account]) == {own}
    assert own not in found(OwnerIds=["amazon"])
    assert len(found(OwnerIds=["amazon"])) > 1
    assert found(OwnerIds=["999999999999"]) == set()
    assert found() > {own}, "public ones of others are shown, as AWS does"
    assert found(OwnerIds=["self"], Filters=[{"Name": "volume-id", "Values": [volume]}]) == {own}
    assert found(OwnerIds=["amazon"], SnapshotIds=[own]) == set()


def test_a_resource_has_one_firewall_at_a_time(client: AwsClient) -> None:
    balancer = f"arn:aws:elasticloadbalancing:eu-west-1:{client.admin.account}:loadbalancer/app/web/50dc6c495c0c9188"
    seen = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "m"}
    arns = []
    for name in ("first", "second"):
        wanted: dict[str, Any] = {
            "Name": name,
            "Scope": "REGIONAL",
            "DefaultAction": {"Allow": {}},
            "VisibilityConfig": seen,
        }
        arns.append(client.call(AwsCall("wafv2", "CreateWebACL", wanted))["Summary"]["ARN"])
    for arn in (*arns, arns[1]):
        client.call(AwsCall("wafv2", "AssociateWebACL", {"WebACLArn": arn, "ResourceArn": balancer}))

    def protecting() -> str:
        said = client.call(AwsCall("wafv2", "GetWebACLForResource", {"ResourceArn": balancer}))
        return str(said.get("WebACL", {}).get("Name", ""))

    assert protecting() == "second"
    client.call(AwsCall("wafv2", "DisassociateWebACL", {"ResourceArn": balancer}))
    assert protecting() == "", "neither the first, nor the second a second time"
    lost = {"WebACLArn": f"{arns[0]}x", "ResourceArn": balancer}
    assert client.ask(AwsCall("wafv2", "AssociateWebACL", lost)).error_code == "WAFNonexistentItemException"


def test_rules_are_compiled_by_one_thread_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compiling: list[str] = []
    side_by_side: list[int] = []

    def slowly(rule: Rule) -> None:
        compiling.append(rule.rule)
        side_by_side.append(len(compiling))
        time.sleep(0.005)  # the others may run
        compiling.remove(rule.rule)

    monkeypatch.setattr(Rule, "compile", slowly)
    compile_rules_in_turn()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda service: Map([Rule(f"/{service}/<name>")]), range(8)))
    assert side_by_side == [1] * 8


_LATE_REPAIR = """
import sys
from provisioner.emulated.incell import repairs
repairs.apply()
print(any(name.startswith("moto.") for name in sys.modules))
from moto.wafv2.models import WAFV2Backend
print(WAFV2Backend.associate_web_acl.__qualname__)
"""


def test_repairs_wait_for_what_they_repair() -> None:
    command = [sys.executable, "-c", _LATE_REPAIR]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.splitlines()
    assert said == ["False", "_have_one_firewall_at_a_time.<locals>.associate_web_acl"]
