"""A check's question about a network, put to the network that AWS describes now."""

from ipaddress import ip_address, ip_network

from grading.aws_answers import result_of
from grading.findings import UndecidableError
from grading.reach.hybrid import FarSide
from grading.reach.paths import Answer, reach
from grading.reach.snapshot import read_network, reader_of
from grading.reach.words import Why
from grading.spec_aws import FarDevice, ReachCheck
from labs.core.aws import AwsCall, AwsReader
from labs.core.errors import InputError

_GONE = frozenset({Why.MISSING, Why.NOT_RUNNING, Why.NOBODY})


def reach_answer(check: ReachCheck, aws: AwsReader) -> Answer:
    """The answer for the sandbox's region.

    Raises UndecidableError for ends that mean no place or more than one, UnreachableError when nobody answers at all.
    """
    result_of(aws, AwsCall("ec2", "DescribeVpcs", region=aws.region))  # the snapshot only notes who is silent
    try:
        far_sides = [_far_side(device) for device in check.far_devices]
        network = read_network([(reader_of(aws), aws.region)], far_sides)
        port = None if check.protocol == "icmp" else check.port or None
        return reach(network, check.source, check.destination, check.protocol, port)
    except InputError as error:
        raise UndecidableError(f"The check's question is none: {error.message}. {error.hint}") from error


def is_gone(answer: Answer) -> bool:
    """Whether it is unreachable for want of an end, so that no step was taken and nothing stands between."""
    return not answer.path and any(reason.why in _GONE for reason in answer.blocked_at)


def evidence(answer: Answer) -> str:
    """The way taken, hop by hop, and where it ends: ids and rules as AWS has them."""
    hops = " → ".join(f"{hop.resource_id} ({hop.by})" if hop.by else hop.resource_id for hop in answer.path)
    ends = "; ".join(
        f"{reason.why.value} at {reason.resource_id} {reason.field} {reason.found}".strip()
        for reason in answer.blocked_at
    )
    return "; ".join(part for part in (hops, ends) if part) or answer.verdict.value


def _far_side(device: FarDevice) -> FarSide:
    try:
        prefixes = tuple(ip_network(prefix) for prefix in device.prefixes)
        return FarSide(ip_address(device.outside), device.asn, prefixes, up=device.up)
    except ValueError as error:
        raise InputError(f"a far device is described wrongly: {error}") from error
