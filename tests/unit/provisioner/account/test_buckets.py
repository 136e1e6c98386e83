import json

from labs.core.aws import AwsCall
from provisioner.account.buckets import empty_buckets
from provisioner.aws.client import AwsClient
from tests.unit.provisioner.account.aws import Answer, ScriptedAws, said_no

BUCKET = {"StackResources": [{"ResourceType": "AWS::S3::Bucket", "PhysicalResourceId": "b"}]}


def test_every_version_in_a_stacks_buckets_goes_and_other_buckets_stay(aws: AwsClient) -> None:
    place = {"LocationConstraint": "eu-west-1"}
    template = {"Resources": {"Papers": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "papers-1"}}}}
    aws.call(AwsCall("s3", "CreateBucket", {"Bucket": "other-1", "CreateBucketConfiguration": place}))
    aws.call(AwsCall("s3", "PutObject", {"Bucket": "other-1", "Key": "kept", "Body": b"x"}))
    aws.call(AwsCall("cloudformation", "CreateStack", {"StackName": "north", "TemplateBody": json.dumps(template)}))
    versioned = {"Bucket": "papers-1", "VersioningConfiguration": {"Status": "Enabled"}}
    aws.call(AwsCall("s3", "PutBucketVersioning", versioned))
    for body in (b"one", b"two"):
        aws.call(AwsCall("s3", "PutObject", {"Bucket": "papers-1", "Key": "a/b", "Body": body}))
    aws.call(AwsCall("s3", "DeleteObject", {"Bucket": "papers-1", "Key": "a/b"}))
    assert empty_buckets(aws, "north", region="eu-west-1") == []
    assert not aws.call(AwsCall("s3", "ListObjectVersions", {"Bucket": "papers-1"})).get("Versions")
    assert len(aws.call(AwsCall("s3", "ListObjectsV2", {"Bucket": "other-1"}))["Contents"]) == 1


def test_a_stack_and_a_bucket_that_are_gone_are_empty() -> None:
    assert empty_buckets(ScriptedAws({"cloudformation:DescribeStackResources": said_no("ValidationError")}), "x",
                         region="eu-west-1") == []  # fmt: skip
    gone: dict[str, Answer] = {
        "cloudformation:DescribeStackResources": BUCKET,
        "s3:ListObjectVersions": said_no("NoSuchBucket"),
    }
    assert empty_buckets(ScriptedAws(gone), "x", region="eu-west-1") == []


def test_what_aws_does_not_delete_is_named() -> None:
    objects = [{"Key": f"k{number}", "VersionId": "v"} for number in range(1500)]
    aws = ScriptedAws({
        "cloudformation:DescribeStackResources": BUCKET,
        "s3:ListObjectVersions": {"Versions": objects},
        "s3:DeleteObjects": {"Errors": [{"Key": "k1", "Code": "AccessDenied"}]},
    })  # fmt: skip
    assert empty_buckets(aws, "x", region="eu-west-1") == ["b/k1: AccessDenied"] * 2
    assert [len(each["Delete"]["Objects"]) for each in aws.made("DeleteObjects")] == [1000, 500]
    denied: dict[str, Answer] = {
        "cloudformation:DescribeStackResources": BUCKET,
        "s3:ListObjectVersions": said_no("AccessDenied"),
    }
    assert "bucket b" in empty_buckets(ScriptedAws(denied), "x", region="eu-west-1")[0]
