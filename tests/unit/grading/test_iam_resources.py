import json
from typing import Any

import botocore.session
import pytest

from grading.findings import UndecidableError
from grading.iam_resources import SOURCES, Source, may_have_unread_policy, policy_on, resource_of
from labs.core.aws import AwsCall, is_reading
from tests.unit.grading.fake_aws import OTHER, OWN, FakeAws, allow, document

SESSION = botocore.session.Session()
WORD = document({**allow("*"), "Principal": "*"})


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.operation)
def test_every_source_is_a_reading_call_that_aws_knows(source: Source) -> None:
    model = SESSION.get_service_model(source.service)
    steps = [(source.operation, source.parameters, source.found_at.partition(".")[0])]
    steps += [source.before] if source.before else []
    for operation, parameters, found in steps:
        known = model.operation_model(operation)
        assert is_reading(AwsCall(source.service, operation, parameters))
        assert known.input_shape is not None
        assert known.output_shape is not None
        assert set(parameters) <= set(known.input_shape.members)
        assert set(known.input_shape.required_members) <= set(parameters)
        assert found in known.output_shape.members


@pytest.mark.parametrize(("arn", "service", "operation", "given", "answer"), [
    ("arn:aws:s3:::b/k/l", "s3", "GetBucketPolicy", {"Bucket": "b"}, {"Policy": json.dumps(WORD)}),
    (f"arn:aws:kms:eu-west-1:{OWN}:key/1", "kms", "GetKeyPolicy",
     {"KeyId": f"arn:aws:kms:eu-west-1:{OWN}:key/1", "PolicyName": "default"}, {"Policy": WORD}),
    (f"arn:aws:secretsmanager:eu-west-1:{OWN}:secret:a/b-1", "secretsmanager", "GetResourcePolicy",
     {"SecretId": f"arn:aws:secretsmanager:eu-west-1:{OWN}:secret:a/b-1"}, {"ResourcePolicy": json.dumps(WORD)}),
    (f"arn:aws:sns:eu-west-1:{OWN}:t", "sns", "GetTopicAttributes", {"TopicArn": f"arn:aws:sns:eu-west-1:{OWN}:t"},
     {"Attributes": {"Policy": json.dumps(WORD)}}),
    (f"arn:aws:lambda:eu-west-1:{OWN}:function:f", "lambda", "GetPolicy",
     {"FunctionName": f"arn:aws:lambda:eu-west-1:{OWN}:function:f"}, {"Policy": json.dumps(WORD)}),
    (f"arn:aws:ecr:eu-west-1:{OWN}:repository/a/b", "ecr", "GetRepositoryPolicy", {"repositoryName": "a/b"},
     {"policyText": json.dumps(WORD)}),
    (f"arn:aws:dynamodb:eu-west-1:{OWN}:table/t/index/i", "dynamodb", "GetResourcePolicy",
     {"ResourceArn": f"arn:aws:dynamodb:eu-west-1:{OWN}:table/t"}, {"Policy": json.dumps(WORD)}),
    (f"arn:aws:events:eu-west-1:{OWN}:event-bus/bus", "events", "DescribeEventBus", {"Name": "bus"},
     {"Policy": json.dumps(WORD)}),
    (f"arn:aws:iam::{OWN}:role/app/r", "iam", "GetRole", {"RoleName": "r"},
     {"Role": {"AssumeRolePolicyDocument": WORD}}),
])  # fmt: skip
def test_a_resource_has_its_policy(
    arn: str, service: str, operation: str, given: dict[str, str], answer: dict[str, object]
) -> None:
    aws = FakeAws()
    aws.put(service, operation, answer, **given)
    resource = resource_of(aws, arn, [OWN])
    found = policy_on(aws, resource)
    assert found is not None
    assert found.name == arn
    assert aws.calls[-1].region == ("" if ":::" in arn or ":iam:" in arn else "eu-west-1")
    source = next(source for source in SOURCES if source.operation == operation and source.service == service)
    for code in source.absent:
        aws.refuse(service, operation, code, **given)
        assert policy_on(aws, resource) is None
    aws.refuse(service, operation, "Odd", **given)
    with pytest.raises(UndecidableError, match="Odd"):
        policy_on(aws, resource)


def test_a_queue_is_found_by_name() -> None:
    aws = FakeAws()
    resource = resource_of(aws, f"arn:aws:sqs:eu-west-1:{OTHER}:jobs", [OWN])
    aws.put("sqs", "GetQueueUrl", {"QueueUrl": "http://q"}, account=OTHER, QueueName="jobs")
    attributes: dict[str, Any] = {"account": OTHER, "QueueUrl": "http://q", "AttributeNames": ["Policy"]}
    aws.put("sqs", "GetQueueAttributes", {}, **attributes)
    assert policy_on(aws, resource) is None
    aws.put("sqs", "GetQueueAttributes", {"Attributes": {"Policy": json.dumps(WORD)}}, **attributes)
    assert policy_on(aws, resource) is not None
    aws.refuse("sqs", "GetQueueUrl", "QueueDoesNotExist", account=OTHER, QueueName="jobs")
    assert policy_on(aws, resource) is None


def test_an_apis_policy_names_its_own_paths_shortly() -> None:
    """Backslashes and short resources as API Gateway gives and takes them."""
    aws = FakeAws()
    text = json.dumps(document({**allow("execute-api:Invoke", "execute-api:/live/GET/*"), "Principal": "*"}))
    arn = f"arn:aws:execute-api:eu-west-1:{OWN}:abc/live/GET/orders"
    for given in (text, text.replace('"', '\\"').replace("/", "\\/")):
        aws.put("apigateway", "GetRestApi", {"policy": given}, restApiId="abc")
        policy = policy_on(aws, resource_of(aws, arn, [OWN]))
        assert policy is not None
        assert policy.statements[0].resources is not None
        assert policy.statements[0].resources.values == (f"arn:aws:execute-api:eu-west-1:{OWN}:abc/live/GET/*",)


@pytest.mark.parametrize("arn", ["*", f"arn:aws:ec2:eu-west-1:{OWN}:instance/i-1", f"arn:aws:iam::{OWN}:user/ann",
                                 f"arn:aws:kms:eu-west-1:{OWN}:alias/a"])  # fmt: skip
def test_others_have_none(arn: str) -> None:
    aws = FakeAws()
    assert policy_on(aws, resource_of(aws, arn, [OWN])) is None
    assert not aws.calls


def test_a_buckets_owner_is_looked_for() -> None:
    aws = FakeAws()
    aws.bucket("theirs", account=OTHER)
    assert resource_of(aws, "arn:aws:s3:::theirs/x", [OWN, OTHER]).owner == OTHER
    assert resource_of(aws, "arn:aws:s3:::nobodys", [OWN, OTHER]).owner == ""
    assert resource_of(aws, f"arn:aws:sqs:eu-west-1:{OTHER}:q", [OWN]).owner == OTHER
    assert resource_of(aws, "*", [OWN]).owner == ""


def test_what_is_not_read_is_known() -> None:
    assert may_have_unread_policy(f"arn:aws:glue:eu-west-1:{OWN}:catalog")
    assert may_have_unread_policy(f"arn:aws:s3:eu-west-1:{OWN}:accesspoint/a/object/k")
    assert not may_have_unread_policy("arn:aws:s3:::b/accesspoint/k")
    assert not may_have_unread_policy("*")
