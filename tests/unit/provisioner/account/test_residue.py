import shlex
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import botocore.session
import jmespath
import pytest
from botocore import xform_name
from hypothesis import given
from hypothesis import strategies as st

from labs.core.aws import AwsCall
from labs.core.errors import InputError
from provisioner.account.residue import Why, audit, listings, snapshot
from provisioner.account.services import SERVICES
from provisioner.aws.client import AwsClient
from tests.unit.provisioner.account.aws import ScriptedAws, said_no
from tests.unit.provisioner.account.fences import FENCE

BEGAN = datetime.now(UTC) - timedelta(minutes=5)
SMALL = replace(FENCE, services=("ec2", "s3", "sqs", "kms"), regions=("eu-west-1",))
TAGS = [{"Key": "taller:lab", "Value": FENCE.lab}]


def _call(aws: AwsClient, service: str, operation: str, **parameters: Any) -> Any:
    return aws.call(AwsCall(service, operation, parameters))


def test_an_account_without_a_lab_is_clean(aws: AwsClient) -> None:
    assert audit(aws, SMALL, began=BEGAN, before=snapshot(aws, SMALL)).is_clean


def test_what_a_lab_leaves_is_found_tagged_or_not_and_what_was_there_before_is_not(aws: AwsClient) -> None:
    _call(aws, "ec2", "CreateVpc", CidrBlock="10.9.0.0/16")
    before = snapshot(aws, SMALL)
    vpc = _call(aws, "ec2", "CreateVpc", CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    tags = [{"ResourceType": "volume", "Tags": TAGS}]
    zone = "eu-west-1a"
    volume = _call(aws, "ec2", "CreateVolume", AvailabilityZone=zone, Size=8, TagSpecifications=tags)["VolumeId"]
    _call(aws, "s3", "CreateBucket", Bucket="left", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    queue = _call(aws, "sqs", "CreateQueue", QueueName="jobs")["QueueUrl"]
    found = audit(aws, SMALL, began=BEGAN, before=before)
    why = {left.id: left.why for left in found.left if left.kind in {"ec2:vpc", "ec2:volume", "s3", "sqs"}}
    assert why == {vpc: Why.NEW, volume: Why.TAGGED, "left": Why.NEW, queue: Why.NEW}
    commands = {left.id: left.command for left in found.left}
    assert commands[volume] == f"aws ec2 delete-volume --region=eu-west-1 --volume-id={volume}"
    assert not found.is_clean
    assert [left.kind for left in found.left].index("ec2:volume") < [left.kind for left in found.left].index("ec2:vpc")
    _remove(aws, vpc, volume, queue)
    assert audit(aws, SMALL, began=BEGAN, before=before).is_clean


def _remove(aws: AwsClient, vpc: str, volume: str, queue: str) -> None:
    _call(aws, "ec2", "DeleteVolume", VolumeId=volume)
    _call(aws, "ec2", "DeleteVpc", VpcId=vpc)
    _call(aws, "s3", "DeleteBucket", Bucket="left")
    _call(aws, "sqs", "DeleteQueue", QueueUrl=queue)


def test_without_a_snapshot_ages_tell_and_what_has_none_is_said_to_be_unknown(aws: AwsClient) -> None:
    _call(aws, "ec2", "CreateVpc", CidrBlock="10.1.0.0/16")
    _call(aws, "sqs", "CreateQueue", QueueName="jobs")
    found = audit(aws, SMALL, began=BEGAN)
    assert {left.kind: left.why for left in found.left} == {"sqs": Why.YOUNGER}
    assert any(text.startswith("ec2:vpc eu-west-1 vpc-") for text in found.unknown)
    old = audit(aws, SMALL, began=datetime.now(UTC) + timedelta(hours=1))
    assert [left.kind for left in old.left] == []


def test_a_key_that_is_to_be_deleted_is_not_left_and_keys_of_aws_never_are(aws: AwsClient) -> None:
    key = _call(aws, "kms", "CreateKey", Tags=[{"TagKey": "taller:lab", "TagValue": FENCE.lab}])["KeyMetadata"]["KeyId"]
    assert [left.id for left in audit(aws, SMALL, began=BEGAN).left] == [key]
    _call(aws, "kms", "ScheduleKeyDeletion", KeyId=key)
    assert audit(aws, SMALL, began=BEGAN).left == ()


def test_a_listing_that_aws_refuses_is_not_taken_for_nothing_left() -> None:
    blind = ScriptedAws({"ec2:DescribeVpcs": said_no("UnauthorizedOperation")})
    found = audit(blind, SMALL, began=BEGAN)
    assert found.left == ()
    assert not found.is_clean
    assert "ec2:vpc in eu-west-1: ec2:DescribeVpcs in eu-west-1: AWS denies it" in found.not_looked[0]
    with pytest.raises(InputError, match="cannot be audited"):
        snapshot(blind, SMALL)


def test_a_tagged_thing_of_a_sort_without_a_listing_is_left_too_wherever_it_is() -> None:
    arns = [
        "arn:aws:glue:eu-west-1:1:database/x",
        "arn:aws:ec2:us-east-1:1:vpc/vpc-1",
        "arn:aws:ec2:eu-west-1:1:vpc/gone",
    ]
    aws = ScriptedAws(
        {"resourcegroupstaggingapi:GetResources": {"ResourceTagMappingList": [{"ResourceARN": arn} for arn in arns]}}
    )
    found = audit(aws, SMALL, began=BEGAN)
    assert [(left.id, left.command) for left in found.left] == [(arns[0], ""), (arns[1], "")]


def test_every_service_that_a_fence_can_allow_has_a_listing() -> None:
    assert {listing.iam for listing in listings()} == {*SERVICES, "iam"}


@cache
def _model(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)


@pytest.mark.parametrize("listing", listings(), ids=lambda each: each.kind)
def test_every_listing_is_one_that_aws_knows(listing: Any) -> None:
    model = _model(listing.service)
    operation = model.operation_model(listing.operation)
    parameters = operation.input_shape.members if operation.input_shape else {}
    assert set(listing.parameters) <= set(parameters)
    assert xform_name(listing.operation).startswith(("describe", "list", "get"))
    members = set(operation.output_shape.members)
    assert any(member in listing.items for member in members)
    for path in (listing.items, listing.id, listing.tags, listing.created, listing.keep):
        assert not path or jmespath.compile(path)
    if listing.detail:
        detail = model.operation_model(listing.detail.operation)
        assert set(listing.detail.parameters) <= set(detail.input_shape.members)
        assert listing.detail.path in detail.output_shape.members


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=30))
def test_a_name_that_a_candidate_chose_stays_one_word_of_the_command(name: str) -> None:
    command = next(each for each in listings() if each.kind == "s3").command("us-east-1", name)
    assert shlex.split(command) == ["aws", "s3", "rb", f"s3://{name}", "--force"]
