import pytest

from labs.core.awssystem import AwsSystem, Step
from provisioner.account.cost import estimate, template_resources

TEMPLATE = {
    "Parameters": {"Size": {"Type": "String", "Default": "t3.micro"}},
    "Resources": {
        "Gateway": {"Type": "AWS::EC2::NatGateway"},
        "Web": {"Type": "AWS::EC2::Instance", "Properties": {"InstanceType": {"Ref": "Size"}}},
        "Files": {"Type": "AWS::S3::Bucket"},
        "Cluster": {"Type": "AWS::EKS::Cluster"},
        "Tunnel": {"Type": "AWS::EC2::VPNConnection"},
    },
}
SYSTEM = AwsSystem("orders", TEMPLATE, (Step("a", "ec2", "CreateVpc"), Step("b", "s3", "PutObject")))


def test_an_estimate_says_the_sum_and_everything_that_is_not_in_it() -> None:
    given = estimate([SYSTEM], region="eu-west-1", ttl_seconds=4 * 3600)
    assert given.usd == pytest.approx(4 * (0.048 + 0.0114 + 0.05))
    english = "\n".join(given.words())
    assert english.startswith("About 0.44 USD until the end (4 h); 79.86 USD if it were left for a month.")
    for words in ("An estimate", "AWS::EKS::Cluster", "Files", "orders: ec2:CreateVpc", "checked", "vpn.connection"):
        assert words in english
    assert "PutObject" not in english
    spanish = "\n".join(given.words("es"))
    assert spanish.startswith("Unos 0.44 USD hasta el final")
    assert len(given.words("es")) == len(given.words())


def test_a_reference_to_a_parameter_is_its_default_and_any_other_stays_unknown() -> None:
    found = {each.name: each.properties for each in template_resources(TEMPLATE, region="eu-west-1")}
    assert found["Web"] == {"InstanceType": "t3.micro"}


def test_nothing_costs_nothing_and_says_no_more() -> None:
    given = estimate([AwsSystem("empty")], region="eu-west-1", ttl_seconds=3600)
    assert given.words() == ["About 0.00 USD until the end (1 h); 0.00 USD if it were left for a month."]
