import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from labs.core.cost.cost import Resource, monthly_cost
from labs.core.cost.prices import PriceList, price_list


def _resource(kind: str, region: str = "eu-west-1", **properties: Any) -> Resource:
    return Resource(f"AWS::{kind}", "thing", region, properties)


@pytest.mark.parametrize(
    ("resource", "usd"),
    [
        (_resource("EC2::NatGateway"), 0.048 * 730),
        (_resource("EC2::NatGateway", "us-east-1"), 0.045 * 730),
        (_resource("EC2::Instance", InstanceType="t3.micro"), 0.0114 * 730),
        (_resource("EC2::Volume", VolumeType="gp3", Size=100), 8.8),
        (_resource("EC2::Volume", Size="100"), 11.0),
        (_resource("EC2::EIP", "ap-southeast-2"), 0.005 * 730),
        (_resource("EC2::VPCEndpoint", VpcEndpointType="Interface", SubnetIds=["a", "b"]), 0.011 * 730 * 2),
        (_resource("EC2::VPCEndpoint"), 0.0),
        (_resource("ElasticLoadBalancingV2::LoadBalancer"), 0.0252 * 730),
        (_resource("WAFv2::WebACL", Rules=[{}, {}, {}]), 8.0),
        (_resource("WAFv2::WebACL"), 5.0),
        (_resource("SecretsManager::Secret"), 0.4),
    ],
)
def test_a_resource_costs_what_the_list_says(resource: Resource, usd: float) -> None:
    cost = monthly_cost([resource])
    assert cost.is_complete
    assert cost.monthly_usd == pytest.approx(usd)


@pytest.mark.parametrize(
    ("resource", "words"),
    [
        (_resource("EKS::Cluster"), "thing: no price for AWS::EKS::Cluster"),
        (_resource("EC2::Instance", InstanceType="p5.48xlarge"), "no price for instance.p5.48xlarge in eu-west-1"),
        (_resource("EC2::Instance"), "no price for instance.unknown"),
        (_resource("EC2::NatGateway", "me-south-1"), "no price for natgateway in me-south-1"),
        (_resource("EC2::Volume"), "Size is not known"),
        (_resource("EC2::Volume", Size={"Ref": "Big"}), "Size is not known"),
        (_resource("EC2::Volume", Size="nan"), "Size is not known"),
        (_resource("EC2::Volume", Size=-4), "Size is not known"),
    ],
)
def test_what_has_no_price_is_named_and_never_counts_as_nothing(resource: Resource, words: str) -> None:
    cost = monthly_cost([resource, _resource("SecretsManager::Secret")])
    assert not cost.is_complete
    assert [words in each for each in cost.not_priced] == [True]
    assert cost.monthly_usd == pytest.approx(0.4)


def test_what_is_charged_by_use_is_said_and_what_is_free_is_not() -> None:
    cost = monthly_cost([_resource("S3::Bucket"), _resource("EC2::VPC")])
    assert cost.by_use == ("thing (AWS::S3::Bucket)",)
    assert cost.not_priced == ()
    assert cost.monthly_usd == 0


def test_hours_are_a_share_of_the_month_but_for_what_is_charged_whole() -> None:
    assert monthly_cost([_resource("EC2::NatGateway")]).usd_for(4) == pytest.approx(0.048 * 4)
    zone = monthly_cost([_resource("Route53::HostedZone")])
    assert (zone.usd_for(1), zone.usd_for(731)) == (0.5, 1.0)


@given(
    st.lists(st.sampled_from(sorted(price_list().resources)), max_size=8),
    st.lists(st.sampled_from(["EKS::Cluster"]), max_size=3),
)
def test_cost_is_the_sum_of_its_lines_and_no_resource_is_lost(kinds: list[str], unknown: list[str]) -> None:
    resources = [
        Resource(kind, f"r{n}", "us-east-1", {"Size": 8, "VolumeSize": 8}) for n, kind in enumerate([*kinds, *unknown])
    ]
    cost = monthly_cost(resources)
    assert cost.monthly_usd == pytest.approx(math.fsum(monthly_cost([each]).monthly_usd for each in resources))
    assert {line.resource for line in cost.lines} | {each.split(":")[0] for each in cost.not_priced} == {
        each.name for each in resources
    }


def test_every_price_has_a_page_and_a_date_and_every_charge_can_have_a_price() -> None:
    table = price_list()
    assert all(
        source.page.startswith("https://aws.amazon.com/") and source.as_of >= "2026"
        for source in table.sources.values()
    )
    names = set(table.prices)
    for kind, charges in table.resources.items():
        for charge in charges:
            assert any(name.startswith(charge.price.split("{")[0]) for name in names), kind


def test_a_list_with_a_price_from_nowhere_is_refused() -> None:
    content = price_list().model_dump()
    content["prices"]["secret"]["source"] = "hearsay"
    with pytest.raises(ValidationError, match="without a source"):
        PriceList.model_validate(content)


def test_a_type_cannot_be_free_and_charged() -> None:
    content = price_list().model_dump()
    content["free"] = {*content["free"], "AWS::KMS::Key"}
    with pytest.raises(ValidationError, match="two places"):
        PriceList.model_validate(content)
