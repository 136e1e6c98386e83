"""A resource's tags, for policies that ask for them."""

from collections.abc import Iterable, Mapping

from grading.aws_answers import result_of
from grading.findings import UndecidableError
from grading.iam_account import NO_ENTITY
from grading.iam_resources import Resource
from labs.core.aws import AwsCall, AwsReader
from labs.core.iam.decision import Policies
from labs.core.iam.document import Policy

_ASKING = "resourcetag/"
"""As in aws:ResourceTag/team, ec2:ResourceTag/team."""
LISTED = frozenset({
    "autoscaling", "dynamodb", "ec2", "ecs", "elasticfilesystem", "elasticloadbalancing", "events", "kms", "lambda",
    "logs", "rds", "secretsmanager", "sns", "sqs", "ssm", "states",
})  # fmt: skip
"""Services whose resources the tagging API lists, on AWS and on moto: one that it does not list has no tags.

https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/supported-services.html
"""


def ask_for_tags(policies: Policies) -> bool:
    """Whether a condition or a variable of the policies reads a tag of the resource."""
    return any(_ASKING in text.lower() for policy in _all(policies) for text in _texts(policy))


def tags_of(aws: AwsReader, resource: Resource) -> Mapping[str, str]:
    """The tags of a resource of the lab's. Raises UndecidableError where nobody tells them."""
    service = resource.arn.split(":")[2]
    if service == "iam":
        return _of_holder(aws, resource)
    if service not in LISTED:
        raise UndecidableError(f"The tags of {resource.arn} are not read; the check can give aws:ResourceTag/… itself.")
    call = AwsCall("resourcegroupstaggingapi", "GetResources", {"ResourceARNList": [resource.arn]},
                   region=resource.region, account=resource.owner)  # fmt: skip
    listed = (result_of(aws, call) or {}).get("ResourceTagMappingList") or []
    return {
        tag["Key"]: tag["Value"] for entry in listed if entry["ResourceARN"] == resource.arn for tag in entry["Tags"]
    }


def _of_holder(aws: AwsReader, resource: Resource) -> Mapping[str, str]:
    kind, _, path = resource.arn.split(":", 5)[5].partition("/")
    operation = {"role": "GetRole", "user": "GetUser"}.get(kind)
    if operation is None:
        raise UndecidableError(f"The tags of {resource.arn} are not read; the check can give aws:ResourceTag/… itself.")
    word = kind.capitalize()
    call = AwsCall("iam", operation, {f"{word}Name": path.rpartition("/")[2]}, account=resource.owner)
    found = result_of(aws, call, absent=NO_ENTITY) or {word: {}}
    return {tag["Key"]: tag["Value"] for tag in found[word].get("Tags") or []}


def _all(policies: Policies) -> Iterable[Policy]:
    yield from (*policies.identity, *(policies.session or ()))
    yield from (policy for policy in (policies.resource, policies.boundary) if policy)
    yield from (policy for level in (*policies.scps, *policies.rcps) for policy in level.policies)


def _texts(policy: Policy) -> Iterable[str]:
    for statement in policy.statements:
        yield from statement.resources.values if statement.resources else ()
        for condition in statement.conditions:
            yield from (condition.key, *condition.values)
