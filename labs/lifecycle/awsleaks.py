"""What an AWS account must not tell a candidate: what it is for, and how it was before."""

from collections.abc import Iterator, Sequence

from labs.catalogue.variant import Variant
from labs.core.aws import AwsCall, AwsReader
from labs.core.errors import UnreachableError
from labs.lifecycle.leaks import telling, told_in_files


def aws_leaks(reader: AwsReader, variant: Variant) -> Sequence[str]:
    """Return what in the account, freshly broken, gives the answer away; empty when nothing does.

    Looks for words that tell, in the stack that the candidate can read (names, descriptions, template), in tags and in
    their files, and for a second version of anything that keeps versions. Raises UnreachableError when it cannot look.
    """
    if variant.aws is None:
        return []
    files = variant.aws.broken.files
    return sorted({*told_in_files(files), *_in_stack(reader, variant.aws.broken.stack), *_in_policies(reader)})


def _in_stack(reader: AwsReader, stack: str) -> Iterator[str]:
    answer = reader.ask(AwsCall("cloudformation", "GetTemplate", {"StackName": stack}))
    if answer.error_code:
        return  # made of calls alone
    for word in telling(str(answer.result.get("TemplateBody", ""))):
        yield f"the template of the stack {stack} has the word {word!r}"


def _in_policies(reader: AwsReader) -> Iterator[str]:
    """Older versions of a managed policy show how it was."""
    answer = reader.ask(AwsCall("iam", "ListPolicies", {"Scope": "Local"}))
    if answer.error_code:
        raise UnreachableError(f"iam:ListPolicies: {answer.error_code}")
    for policy in answer.result.get("Policies", []):
        versions = reader.ask(AwsCall("iam", "ListPolicyVersions", {"PolicyArn": policy["Arn"]})).result
        if len(versions.get("Versions", [])) > 1:
            yield f"the policy {policy['PolicyName']} has {len(versions['Versions'])} versions"
