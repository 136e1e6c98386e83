from labs.core.aws import AwsCall
from labs.core.awssystem import AwsSystem
from provisioner.aws.client import AwsClient
from provisioner.aws.system import deploy


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
