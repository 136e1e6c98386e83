"""What a month of the account costs, and whether its servers are what they must be.

Prices are data of labs.core.cost; the list prices of one region are used whatever the lab's is, as the brief says.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from grading.findings import UndecidableError
from grading.helpers import Finding, ScenarioView, check, failed, passed
from labs.core.aws import AwsCall
from labs.core.cost.cost import Cost, Resource, monthly_cost

PRICED_REGION = "us-east-1"
HALF_USD, FULL_USD = 210.0, 125.0
NEEDED_PROCESSORS, NEEDED_MIB, NEEDED_ZONES = 2, 4096, 2


@check("half-of-it-is-gone")
def half_of_it_is_gone(view: ScenarioView) -> Finding:
    """About half of what was wasted is no longer paid for."""
    return _at_most(HALF_USD, view)


@check("bill-is-what-it-was")
def bill_is_what_it_was(view: ScenarioView) -> Finding:
    """A month costs what it cost before, or little more."""
    return _at_most(FULL_USD, view)


@check("servers-are-strong-enough")
def servers_are_strong_enough(view: ScenarioView) -> Finding:
    """The servers run, in two zones, of a type that load tests found strong enough."""
    servers = [each for each in _instances(view) if each["InstanceId"] in _servers(view)]
    running = [each for each in servers if each["State"]["Name"] in ("running", "pending")]
    types = sorted({each["InstanceType"] for each in running})
    weak = [name for name in types if not _is_enough(view, name)]
    zones = {each["Placement"]["AvailabilityZone"] for each in running}
    told = ", ".join(f"{each['InstanceId']} {each['InstanceType']} {each['State']['Name']}" for each in servers)
    if weak or len(running) < len(_servers(view)) or len(zones) < NEEDED_ZONES:
        return failed(
            en="The servers are not what the load needs.",
            es="Los servidores no son los que la carga necesita.",
            expected=f"two running t3, {NEEDED_PROCESSORS} processors and {NEEDED_MIB} MiB each, in two zones",
            actual=told or "none",
        )
    return passed(en="The servers are strong enough.", es="Los servidores tienen la potencia necesaria.", actual=told)


def _at_most(limit_usd: float, view: ScenarioView) -> Finding:
    """Raises UndecidableError when something in use has no price: a sum without it would flatter."""
    cost = monthly_cost(_resources(view))
    if cost.not_priced:
        raise UndecidableError(f"Not everything has a price: {'; '.join(cost.not_priced)}.")
    expected = f"at most {limit_usd:.2f} USD"
    if cost.monthly_usd > limit_usd:
        return failed(
            en=f"A month costs {cost.monthly_usd:.2f} USD.",
            es=f"Un mes cuesta {cost.monthly_usd:.2f} USD.",
            expected=expected,
            actual=_dearest(cost),
        )
    return passed(
        en=f"A month costs {cost.monthly_usd:.2f} USD.",
        es=f"Un mes cuesta {cost.monthly_usd:.2f} USD.",
        expected=expected,
    )


def _dearest(cost: Cost) -> str:
    """The bill by kind, not by resource: it says how much, and leaves to the candidate which."""
    sums: dict[str, float] = {}
    for line in cost.lines:
        kind = line.price.partition(".")[0]
        sums[kind] = sums.get(kind, 0.0) + line.monthly_usd
    return ", ".join(f"{kind} {usd:.2f}" for kind, usd in sorted(sums.items(), key=lambda item: -item[1]))


def _resources(view: ScenarioView) -> Iterator[Resource]:
    """Everything in the region that is paid for by the hour, the month or the gigabyte."""
    for each in _instances(view):
        if each["State"]["Name"] in ("running", "pending"):
            yield _priced("AWS::EC2::Instance", each["InstanceId"], {"InstanceType": each["InstanceType"]})
    for each in _listed(view, "DescribeVolumes", "Volumes"):
        facts = {"VolumeType": each["VolumeType"], "Size": each["Size"]}
        yield _priced("AWS::EC2::Volume", each["VolumeId"], facts)
    for each in _listed(view, "DescribeSnapshots", "Snapshots", OwnerIds=[view.aws.account]):
        if each["OwnerId"] == view.aws.account:  # moto ignores OwnerIds, and has hundreds of others' snapshots
            yield _priced("AWS::EC2::Snapshot", each["SnapshotId"], {"VolumeSize": each["VolumeSize"]})
    for each in _listed(view, "DescribeNatGateways", "NatGateways"):
        if each["State"] in ("pending", "available"):
            yield _priced("AWS::EC2::NatGateway", each["NatGatewayId"])
    yield from _network_resources(view)


def _network_resources(view: ScenarioView) -> Iterator[Resource]:
    for each in _listed(view, "DescribeAddresses", "Addresses"):
        yield _priced("AWS::EC2::EIP", each.get("PublicIp", ""))
    for each in _listed(view, "DescribeVpcEndpoints", "VpcEndpoints"):
        facts = {"VpcEndpointType": each.get("VpcEndpointType", "Gateway"), "SubnetIds": each.get("SubnetIds", [])}
        yield _priced("AWS::EC2::VPCEndpoint", each["VpcEndpointId"], facts)
    answer = view.aws.ask(AwsCall("elbv2", "DescribeLoadBalancers")).result
    for each in answer.get("LoadBalancers", []):
        facts = {"Type": each["Type"]}
        yield _priced("AWS::ElasticLoadBalancingV2::LoadBalancer", each["LoadBalancerName"], facts)


def _priced(kind: str, name: str, facts: Mapping[str, Any] | None = None) -> Resource:
    return Resource(kind, name, PRICED_REGION, facts or {})


def _instances(view: ScenarioView) -> Iterable[Mapping[str, Any]]:
    reservations = _listed(view, "DescribeInstances", "Reservations")
    return [each for reservation in reservations for each in reservation["Instances"]]


def _servers(view: ScenarioView) -> tuple[str, str]:
    return str(view.parameters["ServerA"]), str(view.parameters["ServerB"])


def _is_enough(view: ScenarioView, name: str) -> bool:
    if not name.startswith("t3."):
        return False
    types = _listed(view, "DescribeInstanceTypes", "InstanceTypes", InstanceTypes=[name])
    return any(
        each["VCpuInfo"]["DefaultVCpus"] >= NEEDED_PROCESSORS and each["MemoryInfo"]["SizeInMiB"] >= NEEDED_MIB
        for each in types
    )


def _listed(view: ScenarioView, operation: str, key: str, **parameters: Any) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = view.aws.ask(AwsCall("ec2", operation, parameters)).result.get(key, [])
    return found
