"""Snapshots: from answers shaped like AWS's, from an engine that does not answer, and from moto itself."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from ipaddress import ip_address, ip_network
from typing import Any

import boto3
import pytest
from moto import mock_aws

from grading.findings import UndecidableError
from grading.reach.hybrid import FarSide
from grading.reach.model import Instance, Target
from grading.reach.paths import Verdict, reach
from grading.reach.snapshot import Reader, read_network, reader_of
from grading.reach.words import Why
from labs.core.aws import AwsAnswer, AwsCall
from labs.core.errors import UnreachableError

REGION = "us-east-1"
ANSWERS: dict[str, Any] = {
    "DescribeVpcs": {"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "CidrBlockAssociationSet": [
        {"CidrBlock": "10.0.0.0/16", "CidrBlockState": {"State": "associated"}},
        {"CidrBlock": "10.7.0.0/16", "CidrBlockState": {"State": "disassociated"}}]}]},
    "DescribeSubnets": {"Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "10.0.1.0/24",
                                     "AvailabilityZone": "us-east-1a", "AvailabilityZoneId": "use1-az4"}]},
    "DescribeRouteTables": {"RouteTables": [{
        "RouteTableId": "rtb-1", "VpcId": "vpc-1",
        "Associations": [{"Main": True}, {"Main": False, "SubnetId": "subnet-1"}, {"GatewayId": "igw-1"}],
        "PropagatingVgws": [{"GatewayId": "vgw-1"}],
        "Routes": [
            {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"},
            {"DestinationPrefixListId": "pl-1", "TransitGatewayId": "tgw-1", "State": "active"},
            {"DestinationIpv6CidrBlock": "::/0", "EgressOnlyInternetGatewayId": "eigw-1", "State": "active"},
            {"DestinationCidrBlock": "9.0.0.0/8", "InstanceId": "i-1", "NetworkInterfaceId": "eni-1",
             "State": "blackhole"},
            {"DestinationCidrBlock": "192.168.0.0/16", "GatewayId": "vgw-1", "Origin": "EnableVgwRoutePropagation"},
            {"DestinationCidrBlock": "8.0.0.0/8", "CoreNetworkArn": "arn:aws:networkmanager::1:core-network/c"}]}]},
    "GetManagedPrefixListEntries": {"Entries": [{"Cidr": "172.31.0.0/16"}]},
    "DescribeTransitGateways": {"TransitGateways": [{"TransitGatewayId": "tgw-1", "State": "available", "Options": {
        "SecurityGroupReferencingSupport": "enable"}}]},
    "DescribeTransitGatewayAttachments": {"TransitGatewayAttachments": [
        {"TransitGatewayAttachmentId": "tgw-attach-1", "TransitGatewayId": "tgw-1", "ResourceType": "vpc",
         "ResourceId": "vpc-1", "State": "available"},
        {"TransitGatewayAttachmentId": "tgw-attach-2", "TransitGatewayId": "tgw-1", "ResourceType": "vpc",
         "ResourceId": "vpc-of-another-account", "State": "available"}]},
    "DescribeTransitGatewayVpcAttachments": {"TransitGatewayVpcAttachments": [
        {"TransitGatewayAttachmentId": "tgw-attach-1", "TransitGatewayId": "tgw-1", "SubnetIds": ["subnet-1"],
         "Options": {"SecurityGroupReferencingSupport": "disable"}}]},
    "DescribeTransitGatewayRouteTables": {"TransitGatewayRouteTables": [
        {"TransitGatewayRouteTableId": "tgw-rtb-1", "TransitGatewayId": "tgw-1", "State": "available"},
        {"TransitGatewayRouteTableId": "tgw-rtb-2", "TransitGatewayId": "tgw-1", "State": "deleted"}]},
    "GetTransitGatewayRouteTableAssociations": {"Associations": [
        {"TransitGatewayAttachmentId": "tgw-attach-1", "State": "associated"},
        {"TransitGatewayAttachmentId": "tgw-attach-2", "State": "disassociated"}]},
    "GetTransitGatewayRouteTablePropagations": {"TransitGatewayRouteTablePropagations": [
        {"TransitGatewayAttachmentId": "tgw-attach-2", "State": "enabled"}]},
    "SearchTransitGatewayRoutes": {"AdditionalRoutesAvailable": False, "Routes": [
        {"DestinationCidrBlock": "10.2.0.0/16", "Type": "propagated", "State": "active",
         "TransitGatewayAttachments": [{"TransitGatewayAttachmentId": "tgw-attach-2"}]},
        {"DestinationCidrBlock": "10.3.0.0/16", "Type": "static", "State": "blackhole"}]},
    "DescribeCustomerGateways": {"CustomerGateways": [
        {"CustomerGatewayId": "cgw-1", "BgpAsn": "65010", "IpAddress": "203.0.113.1"}]},
    "DescribeVpnGateways": {"VpnGateways": [{"VpnGatewayId": "vgw-1", "State": "available", "VpcAttachments": [
        {"VpcId": "vpc-1", "State": "attached"}]}]},
    "DescribeVpnConnections": {"VpnConnections": [
        {"VpnConnectionId": "vpn-1", "State": "available", "CustomerGatewayId": "cgw-1", "VpnGatewayId": "vgw-1",
         "Options": {"StaticRoutesOnly": True}, "Routes": [
             {"DestinationCidrBlock": "192.168.0.0/16", "State": "available"},
             {"DestinationCidrBlock": "192.169.0.0/16", "State": "deleted"}],
         "VgwTelemetry": [{"Status": "UP", "AcceptedRouteCount": 1}, {"Status": "DOWN", "AcceptedRouteCount": 0}]},
        {"VpnConnectionId": "vpn-2", "State": "available", "CustomerGatewayId": "cgw-1", "VpnGatewayId": "vgw-1"}]},
    "DescribeInstances": {"Reservations": [{"Instances": [
        {"InstanceId": "i-1", "State": {"Name": "stopped"}, "SourceDestCheck": False, "NetworkInterfaces": [
            {"NetworkInterfaceId": "eni-2", "Attachment": {"DeviceIndex": 1}},
            {"NetworkInterfaceId": "eni-1", "Attachment": {"DeviceIndex": 0}}]}]}]},
    "DescribeNatGateways": {"NatGateways": [
        {"NatGatewayId": "nat-1", "VpcId": "vpc-1", "SubnetId": "subnet-1", "State": "available",
         "ConnectivityType": "private", "NatGatewayAddresses": [{"PrivateIp": "10.0.1.9", "IsPrimary": True}]}]},
}  # fmt: skip


def answering(answers: Mapping[str, Any], *refused: str) -> Reader:
    def read(_service: str, operation: str, _parameters: Mapping[str, Any], *, region: str) -> Mapping[str, Any]:
        assert region == REGION
        if operation in refused:
            raise UnreachableError(f"{operation} has not been implemented")
        found: Mapping[str, Any] = answers.get(operation, {})
        return found

    return read


def test_answers_become_a_network() -> None:
    network = read_network([(answering(ANSWERS), REGION)])
    assert network.unread == {}
    assert network.vpcs["vpc-1"].cidrs == (ip_network("10.0.0.0/16"),)
    assert network.subnets["subnet-1"].zone == "use1-az4"
    table = network.route_tables["rtb-1"]
    assert (table.main, table.subnet_ids, table.gateway_ids) == (True, frozenset({"subnet-1"}), frozenset({"igw-1"}))
    assert [(one.target, one.target_id) for one in table.routes][1:5] == [
        (Target.TRANSIT_GATEWAY, "tgw-1"),
        (Target.EGRESS_ONLY_GATEWAY, "eigw-1"),
        (Target.INTERFACE, "eni-1"),
        (Target.VPN_GATEWAY, "vgw-1"),
    ]
    assert table.routes[1].destinations == (ip_network("172.31.0.0/16"),)
    assert [one.blackhole for one in table.routes] == [False, False, False, True, False, False]
    assert [one.propagated for one in table.routes] == [False, False, False, False, True, False]
    assert table.routes[5].target is Target.OTHER
    first, second = network.attachments["tgw-1", "tgw-attach-1"], network.attachments["tgw-1", "tgw-attach-2"]
    assert (first.subnet_ids, first.group_references) == (("subnet-1",), False)
    assert second.subnet_ids is None
    assert set(network.transit_tables) == {"tgw-rtb-1"}
    transit = network.transit_tables["tgw-rtb-1"]
    assert (transit.associated, transit.propagating) == (frozenset({"tgw-attach-1"}), frozenset({"tgw-attach-2"}))
    assert [(one.static, one.blackhole) for one in transit.routes] == [(False, False), (True, True)]
    assert network.customer_gateways["cgw-1"].asn == 65010
    told, untold = network.vpn_connections["vpn-1"], network.vpn_connections["vpn-2"]
    assert (told.static_only, told.routes, len(told.tunnels or ())) == (True, (ip_network("192.168.0.0/16"),), 2)
    assert (untold.static_only, untold.routes, untold.tunnels) == (None, None, None)
    assert network.nat_gateways["nat-1"].public is False
    assert network.instances["i-1"] == Instance("i-1", "stopped", ("eni-1", "eni-2"), source_dest_check=False)


def test_what_an_engine_refuses_is_noted_and_the_rest_is_read() -> None:
    refused = ("DescribeVpnConnections", "SearchTransitGatewayRoutes", "GetManagedPrefixListEntries")
    network = read_network([(answering(ANSWERS, *refused), REGION)])
    assert set(network.unread) == set(refused)
    assert "has not been implemented" in network.transit_tables["tgw-rtb-1"].unread
    assert network.prefix_lists["pl-1"].complete is False
    assert "vpc-1" in network.vpcs


def test_blocked_public_access_is_noted_with_its_mode() -> None:
    mode = {"VpcBlockPublicAccessOptions": {"InternetGatewayBlockMode": "block-bidirectional"}}
    told = ANSWERS | {"DescribeVpcBlockPublicAccessOptions": mode}
    assert read_network([(answering(told), REGION)]).access_blocks == {"vpc-1": "block-bidirectional"}
    refused = read_network([(answering(told, "DescribeVpcBlockPublicAccessOptions"), REGION)])
    assert (refused.access_blocks, refused.unread) == ({}, {})


def test_a_table_with_more_routes_than_one_answer_holds_is_not_taken_for_whole() -> None:
    more = ANSWERS | {"SearchTransitGatewayRoutes": {"Routes": [], "AdditionalRoutesAvailable": True}}
    assert read_network([(answering(more), REGION)]).transit_tables["tgw-rtb-1"].unread


def test_an_answer_that_aws_would_not_give_judges_nothing() -> None:
    """moto takes a transit gateway's route to anything."""
    odd = {"Routes": [{"DestinationCidrBlock": "everywhere", "Type": "static", "State": "active"}]}
    with pytest.raises(UndecidableError, match="SearchTransitGatewayRoutes"):
        read_network([(answering(ANSWERS | {"SearchTransitGatewayRoutes": odd}), REGION)])
    with pytest.raises(UndecidableError, match="DescribeSubnets"):
        read_network([(answering(ANSWERS | {"DescribeSubnets": {"Subnets": [{}]}}), REGION)])


def test_two_accounts_make_one_network() -> None:
    """The other account alone knows the subnets of its attachment."""
    other = {
        "DescribeTransitGatewayAttachments": ANSWERS["DescribeTransitGatewayAttachments"],
        "DescribeTransitGatewayVpcAttachments": {"TransitGatewayVpcAttachments": [
            {"TransitGatewayAttachmentId": "tgw-attach-2", "TransitGatewayId": "tgw-1", "SubnetIds": ["subnet-9"]}]},
    }  # fmt: skip
    network = read_network([(answering(ANSWERS), REGION), (answering(other), REGION)])
    assert network.attachments["tgw-1", "tgw-attach-2"].subnet_ids == ("subnet-9",)
    assert network.attachments["tgw-1", "tgw-attach-1"].subnet_ids == ("subnet-1",)


class FakeAws:
    """The grader's port to AWS, answering from ANSWERS; an operation that is not there is an error of AWS's."""

    account, region = "123456789012", REGION

    def ask(self, call: AwsCall, *, as_role: str = "") -> AwsAnswer:
        assert not as_role
        if call.operation == "DescribeVpcs":
            return AwsAnswer(error_code="UnauthorizedOperation", error_message="no")
        return AwsAnswer(ANSWERS.get(call.operation, {}))


def test_the_graders_port_is_a_reader_and_an_error_is_no_answer() -> None:
    network = read_network([(reader_of(FakeAws()), REGION)])
    assert network.unread == {"DescribeVpcs": "ec2:DescribeVpcs: UnauthorizedOperation: no"}
    assert "subnet-1" in network.subnets


@pytest.fixture(scope="module")
def ec2() -> Iterator[Any]:
    with mock_aws():
        yield boto3.client("ec2", REGION)


def moto_reader(client: Any) -> Reader:
    def read(_service: str, operation: str, parameters: Mapping[str, Any], *, region: str) -> Mapping[str, Any]:
        assert region == REGION
        try:
            answer: Mapping[str, Any] = getattr(client, re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower())(
                **parameters
            )
        except NotImplementedError as error:
            raise UnreachableError(str(error)) from error
        return answer

    return read


def spoke(ec2: Any, gateway: str, cidr: str) -> tuple[str, str]:
    """A VPC with an instance in its one subnet that sends everything to the gateway: the attachment, the instance."""
    vpc = ec2.create_vpc(CidrBlock=cidr)["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=cidr, AvailabilityZone=f"{REGION}a")["Subnet"]["SubnetId"]
    table = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"][0]["RouteTableId"]
    attachment = ec2.create_transit_gateway_vpc_attachment(TransitGatewayId=gateway, VpcId=vpc, SubnetIds=[subnet])
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", TransitGatewayId=gateway)
    group = ec2.create_security_group(VpcId=vpc, GroupName="app", Description="app")["GroupId"]
    https = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[https])
    own = {"ImageId": "ami-12c6146b", "SubnetId": subnet, "SecurityGroupIds": [group]}
    instance = ec2.run_instances(MinCount=1, MaxCount=1, **own)["Instances"][0]["InstanceId"]
    return attachment["TransitGatewayVpcAttachment"]["TransitGatewayAttachmentId"], instance


def test_segments_of_a_transit_gateway_and_a_vpn_in_moto(ec2: Any) -> None:
    """prod and dev stay apart, both reach shared; the office's device is declared, for moto knows nothing of it."""
    gateway = ec2.create_transit_gateway()["TransitGateway"]["TransitGatewayId"]
    names = {
        name: spoke(ec2, gateway, f"10.{number}.0.0/16") for number, name in enumerate(("prod", "dev", "shared"), 1)
    }
    customer = ec2.create_customer_gateway(Type="ipsec.1", PublicIp="203.0.113.1", BgpAsn=65010)
    customer_id = customer["CustomerGateway"]["CustomerGatewayId"]
    vpn = ec2.create_vpn_connection(Type="ipsec.1", CustomerGatewayId=customer_id, TransitGatewayId=gateway)
    vpn_id = vpn["VpnConnection"]["VpnConnectionId"]
    resource = [{"Name": "resource-id", "Values": [vpn_id]}]
    found = ec2.describe_transit_gateway_attachments(Filters=resource)["TransitGatewayAttachments"]
    attachments = {name: attachment for name, (attachment, _) in names.items()}
    attachments["vpn"] = found[0]["TransitGatewayAttachmentId"]
    tables = {}
    for name, members, sources in (
        ("spokes", ("prod", "dev"), ("shared", "vpn")),
        ("hub", ("shared", "vpn"), ("prod", "dev", "shared")),
    ):
        made = ec2.create_transit_gateway_route_table(TransitGatewayId=gateway)["TransitGatewayRouteTable"]
        tables[name] = made["TransitGatewayRouteTableId"]
        for call, those in (
            (ec2.associate_transit_gateway_route_table, members),
            (ec2.enable_transit_gateway_route_table_propagation, sources),
        ):
            for one in those:
                call(TransitGatewayRouteTableId=tables[name], TransitGatewayAttachmentId=attachments[one])
    far = FarSide(ip_address("203.0.113.1"), 65010, (ip_network("192.168.0.0/16"),))
    network = read_network([(moto_reader(ec2), REGION)], [far])
    assert network.unread == {}
    prod, dev, shared = (names[name][1] for name in ("prod", "dev", "shared"))
    assert reach(network, prod, shared, "tcp", 443).is_reached
    assert reach(network, shared, dev, "tcp", 443).is_reached
    assert [one.why for one in reach(network, prod, shared, "tcp", 22).blocked_at] == [Why.GROUP_INGRESS]
    apart = reach(network, prod, dev, "tcp", 443)
    assert (apart.is_kept_out, [one.why for one in apart.blocked_at]) == (True, [Why.NO_ROUTE])
    assert apart.blocked_at[0].resource_id == tables["spokes"]
    assert reach(network, prod, f"{vpn_id}/192.168.4.4", "tcp", 443).is_reached
    assert reach(network, f"{vpn_id}/192.168.4.4", prod, "tcp", 443).is_reached
    untold = replace(network, far_sides=())
    assert reach(untold, prod, f"{vpn_id}/192.168.4.4", "tcp", 443).verdict is Verdict.INCONCLUSIVE


def test_a_nat_gateway_in_moto(ec2: Any) -> None:
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    public, private = (
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24")["Subnet"]["SubnetId"] for number in (1, 2)
    )
    door = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=door, VpcId=vpc)
    allocation = ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = ec2.create_nat_gateway(SubnetId=public, AllocationId=allocation)["NatGateway"]["NatGatewayId"]
    tables = []
    for subnet, way in ((public, {"GatewayId": door}), (private, {"NatGatewayId": nat})):
        table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
        ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
        ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", **way)
        tables.append(table)
    made = ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1, SubnetId=private)
    instance = made["Instances"][0]["InstanceId"]
    assert reach(read_network([(moto_reader(ec2), REGION)]), instance, "internet", "tcp", 443).is_reached
    ec2.delete_route(RouteTableId=tables[0], DestinationCidrBlock="0.0.0.0/0")
    answer = reach(read_network([(moto_reader(ec2), REGION)]), instance, "internet", "tcp", 443)
    assert [(one.why, one.resource_id) for one in answer.blocked_at] == [(Why.NO_ROUTE, tables[0])]
