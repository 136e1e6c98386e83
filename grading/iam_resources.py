"""Which policy a resource carries, and whose the resource is."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import jmespath

from grading.aws_answers import result_of
from grading.iam_account import policy_of
from labs.core.aws import AwsCall, AwsReader
from labs.core.iam.document import Policy


@dataclass(frozen=True, slots=True)
class Source:
    """Where the policies of one sort of resource are read. Parameters may hold the pattern's groups and `{arn}`."""

    pattern: str
    """Of the ARN, after `arn:PARTITION:`."""
    service: str
    operation: str
    parameters: Mapping[str, str | list[str]]
    found_at: str
    """JMESPath to the policy."""
    absent: tuple[str, ...] = ()
    """Codes by which AWS says that there is no policy, or no such resource."""
    before: tuple[str, Mapping[str, str], str] | None = None
    """An operation to ask first, its parameters, and the field of its answer that `{given}` stands for."""


_QUEUE_GONE = ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")
SOURCES = (
    Source(r"s3:::(?P<name>[^/]+)(/.*)?", "s3", "GetBucketPolicy", {"Bucket": "{name}"}, "Policy",
           ("NoSuchBucketPolicy", "NoSuchBucket")),
    Source(r"kms:.*:key/.+", "kms", "GetKeyPolicy", {"KeyId": "{arn}", "PolicyName": "default"}, "Policy",
           ("NotFoundException",)),
    Source(r"secretsmanager:.*:secret:.+", "secretsmanager", "GetResourcePolicy", {"SecretId": "{arn}"},
           "ResourcePolicy", ("ResourceNotFoundException",)),
    Source(r"sqs:[^:]*:\d*:(?P<name>.+)", "sqs", "GetQueueAttributes",
           {"QueueUrl": "{given}", "AttributeNames": ["Policy"]}, "Attributes.Policy", _QUEUE_GONE,
           ("GetQueueUrl", {"QueueName": "{name}"}, "QueueUrl")),
    Source(r"sns:[^:]*:\d*:[^:]+", "sns", "GetTopicAttributes", {"TopicArn": "{arn}"}, "Attributes.Policy",
           ("NotFound", "NotFoundException")),
    Source(r"lambda:.*:function:.+", "lambda", "GetPolicy", {"FunctionName": "{arn}"}, "Policy",
           ("ResourceNotFoundException",)),
    Source(r"ecr:.*:repository/(?P<name>.+)", "ecr", "GetRepositoryPolicy", {"repositoryName": "{name}"},
           "policyText", ("RepositoryPolicyNotFoundException", "RepositoryNotFoundException")),
    Source(r"(?P<table>dynamodb:[^:]*:\d*:table/[^/]+)(/index/.*)?", "dynamodb", "GetResourcePolicy",
           {"ResourceArn": "arn:{partition}:{table}"}, "Policy",
           ("PolicyNotFoundException", "ResourceNotFoundException")),
    Source(r"kinesis:.*:stream/.+", "kinesis", "GetResourcePolicy", {"ResourceARN": "{arn}"}, "Policy",
           ("ResourceNotFoundException",)),
    Source(r"events:.*:event-bus/(?P<name>.+)", "events", "DescribeEventBus", {"Name": "{name}"}, "Policy",
           ("ResourceNotFoundException",)),
    Source(r"execute-api:[^:]*:\d*:(?P<name>[^/]+)/.+", "apigateway", "GetRestApi", {"restApiId": "{name}"}, "policy",
           ("NotFoundException",)),
    Source(r"iam::\d*:role/(.*/)?(?P<name>[^/]+)", "iam", "GetRole", {"RoleName": "{name}"},
           "Role.AssumeRolePolicyDocument", ("NoSuchEntity", "NoSuchEntityException")),
)  # fmt: skip
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html says which have."""
_UNREAD = re.compile(
    r"(acm-pca|aps|backup|codeartifact|codebuild|elasticfilesystem|es|glacier|glue|lex|mediastore|schemas|ses|signer"
    r"|vpc-lattice|s3express|s3-object-lambda|s3-outposts):.*|s3:[^:]*:\d+:accesspoint/.*"
)
"""Resources that may have policies too, which are not read."""
_ARN = re.compile(r"arn:(?P<partition>[^:]+):(?P<body>[^:]+:(?P<region>[^:]*):(?P<account>[^:]*):.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource as an ARN names it, or "*": none in particular. `owner` is empty where nobody is known to have it."""

    arn: str
    owner: str
    region: str


def resource_of(aws: AwsReader, arn: str, accounts: Iterable[str]) -> Resource:
    """The resource with its owner; a bucket's, whose ARN does not tell, is looked for in `accounts`, in that order."""
    found = _ARN.fullmatch(arn)
    if not found:
        return Resource(arn, "", "")
    bucket = arn.rpartition(":::")[2].partition("/")[0] if ":s3:::" in arn else ""
    owner = found["account"] or (bucket_owner(aws, bucket, accounts) if bucket else "")
    return Resource(arn, owner, found["region"])


def bucket_owner(aws: AwsReader, bucket: str, accounts: Iterable[str]) -> str:
    """Which of the accounts has the bucket; empty when none has."""
    for account in accounts:
        listed = result_of(aws, AwsCall("s3", "ListBuckets", account=account)) or {}
        if bucket in {each["Name"] for each in listed.get("Buckets") or []}:
            return account
    return ""


def policy_on(aws: AwsReader, resource: Resource) -> Policy | None:
    """The resource's own policy; None where it has none, or does not exist. A role's is its trust policy.

    Raises UndecidableError when it cannot be read.
    """
    found = _ARN.fullmatch(resource.arn)
    if not found:
        return None
    for source in SOURCES:
        if part := re.fullmatch(source.pattern, found["body"], re.DOTALL):
            names = {**part.groupdict(default=""), "arn": resource.arn, "partition": found["partition"]}
            document = _document(aws, source, resource, names)
            if source.service == "apigateway" and document:
                document = _expanded(document, resource.arn)
            return policy_of(document, name=resource.arn) if document else None
    return None


def _expanded(document: str, arn: str) -> str:
    """An API's policy with whole ARNs, and without the backslashes that API Gateway puts before its quotes.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-create-attach.html
    """
    plain = document.replace('\\"', '"').replace("\\/", "/")
    return plain.replace('"execute-api:/', f'"{arn.partition("/")[0]}/')


def may_have_unread_policy(arn: str) -> bool:
    """Whether AWS knows policies for such a resource that are not read here."""
    found = _ARN.fullmatch(arn)
    return bool(found and _UNREAD.fullmatch(found["body"]))


def _document(aws: AwsReader, source: Source, resource: Resource, names: Mapping[str, str]) -> Any:
    def ask(operation: str, parameters: Mapping[str, str | list[str]]) -> Any:
        filled = {
            name: value.format_map(names) if isinstance(value, str) else value for name, value in parameters.items()
        }
        call = AwsCall(source.service, operation, filled, region=resource.region, account=resource.owner)
        return result_of(aws, call, absent=source.absent)

    if source.before:
        operation, parameters, given = source.before
        if (first := ask(operation, parameters)) is None:
            return None
        names = {**names, "given": first[given]}
    result = ask(source.operation, source.parameters)
    return None if result is None else jmespath.search(source.found_at, result)
