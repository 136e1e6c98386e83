from collections.abc import Iterator

import pytest
from moto import mock_aws

from tests.unit.scenarios.accounts import Account
from tests.unit.scenarios.systems import CATALOGUE

PARAMETERS: dict[str, str | int] = {
    "team": "ferry",
    "net": 140,
    "office": 20,
    "asn": 65010,
    "host": 10,
    "port": 443,
    "place": "neighbour",
}
IN, OUT = "office-uses-the-application", "office-kept-from-management"


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")
    with mock_aws():
        yield Account(CATALOGUE["office_link_silent"].variant(PARAMETERS))


def connected(network: Account, asn: int) -> None:
    """A second connection to the router, in the tables that the first one is in."""
    gateway = network.call("ec2", "CreateCustomerGateway", Type="ipsec.1", BgpAsn=asn, IpAddress="203.0.113.10")
    connection = network.call(
        "ec2",
        "CreateVpnConnection",
        Type="ipsec.1",
        CustomerGatewayId=gateway["CustomerGateway"]["CustomerGatewayId"],
        TransitGatewayId=network.names["Hub"],
    )["VpnConnection"]["VpnConnectionId"]
    asked = [{"Name": "resource-id", "Values": [connection]}]
    found = network.call("ec2", "DescribeTransitGatewayAttachments", Filters=asked)["TransitGatewayAttachments"]
    attachment = found[0]["TransitGatewayAttachmentId"]
    for operation, table in (
        ("AssociateTransitGatewayRouteTable", "Hub-office"),
        ("EnableTransitGatewayRouteTablePropagation", "Hub-app"),
    ):
        network.call(
            "ec2",
            operation,
            TransitGatewayRouteTableId=network.names[table],
            TransitGatewayAttachmentId=attachment,
        )


def test_a_connection_with_another_as_has_no_session_and_does_no_harm_beside_a_good_one(network: Account) -> None:
    network.deploy(broken=True)
    finding = network.finding(IN)
    assert not finding.passed
    assert "AS 65010" in finding.expected
    connected(network, 65010)
    assert network.finding(IN).passed


def test_what_any_connection_lets_into_management_is_seen(network: Account) -> None:
    network.deploy()
    assert network.finding(IN).passed
    assert network.finding(OUT).passed
    for attachment, table in (("Attachment-admin", "Hub-office"), ("Attachment-office", "Hub-admin")):
        network.call(
            "ec2",
            "EnableTransitGatewayRouteTablePropagation",
            TransitGatewayRouteTableId=network.names[table],
            TransitGatewayAttachmentId=network.names[attachment],
        )
    assert not network.finding(OUT).passed
