"""Emptying a stack's buckets: CloudFormation does not delete one that holds anything."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from labs.core.errors import TallerError
from provisioner.account.calls import Caller, ask
from provisioner.aws.errors import AwsError

MOST = 1000
"""Objects that one DeleteObjects takes. https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html"""
_GONE = frozenset({"NoSuchBucket", "404"})


def empty_buckets(caller: Caller, stack: str, *, region: str) -> Sequence[str]:
    """Nothing is in the stack's buckets, no older version either; what could not be removed, in words. Idempotent."""
    left = []
    for bucket in _buckets(caller, stack, region):
        try:
            left += list(_emptied(caller, bucket, region))
        except TallerError as error:
            if not (isinstance(error, AwsError) and error.code in _GONE):
                left.append(f"bucket {bucket}: {error.message}")
    return left


def _buckets(caller: Caller, stack: str, region: str) -> list[str]:
    """The stack's buckets; none when the stack is gone."""
    try:
        answer = ask(caller, "cloudformation", "DescribeStackResources", region=region, StackName=stack)
    except TallerError:
        return []  # deleting the stack will say why
    return [
        str(each["PhysicalResourceId"])
        for each in answer.get("StackResources", [])
        if each.get("ResourceType") == "AWS::S3::Bucket" and each.get("PhysicalResourceId")
    ]


def _emptied(caller: Caller, bucket: str, region: str) -> Iterator[str]:
    answer = ask(caller, "s3", "ListObjectVersions", region=region, Bucket=bucket)
    found: list[Mapping[str, Any]] = [*answer.get("Versions", []), *answer.get("DeleteMarkers", [])]
    objects = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in found]
    for start in range(0, len(objects), MOST):
        batch = {"Objects": objects[start : start + MOST], "Quiet": True}
        failed = ask(caller, "s3", "DeleteObjects", region=region, Bucket=bucket, Delete=batch).get("Errors", [])
        yield from (f"{bucket}/{each.get('Key')}: {each.get('Code')}" for each in failed)
