"""Who is let in to the documents: by the bucket's policy, by access control lists, and past what blocks both."""

import json
from collections.abc import Iterator
from typing import Any

from grading.helpers import Finding, ScenarioView, check, failed, passed
from labs.core.aws import AwsCall

EVERYBODY = "http://acs.amazonaws.com/groups/global/"


@check("no-stranger-is-let-in")
def no_stranger_is_let_in(view: ScenarioView) -> Finding:
    """Nothing that is not blocked opens the documents to others than principals of the account."""
    bucket = {"Bucket": view.parameters["Documents"]}
    block = view.aws.ask(AwsCall("s3", "GetPublicAccessBlock", bucket)).result.get("PublicAccessBlockConfiguration", {})
    open_lists = [] if block.get("IgnorePublicAcls") else list(_open_lists(view, bucket))
    if open_lists:
        return failed(
            en="Access control lists let everybody in.",
            es="Listas de control de acceso dejan entrar a cualquiera.",
            expected="no grant to a global group",
            actual=json.dumps(open_lists),
        )
    open_statements = [] if block.get("RestrictPublicBuckets") else list(_open_statements(view, bucket))
    if open_statements:
        return failed(
            en="The bucket's policy lets in others than principals of the account.",
            es="La política del bucket deja entrar a otros que los de la cuenta.",
            expected=f"principals of account {view.aws.account}",
            actual=json.dumps(open_statements[0]),
        )
    return passed(en="Only our own are let in.", es="Solo los nuestros tienen acceso.")


def _open_lists(view: ScenarioView, bucket: dict[str, Any]) -> Iterator[str]:
    """What is open by its list: the bucket itself, or objects."""
    calls = {"bucket": AwsCall("s3", "GetBucketAcl", bucket)}
    for item in view.aws.ask(AwsCall("s3", "ListObjectsV2", bucket)).result.get("Contents", []):
        calls[item["Key"]] = AwsCall("s3", "GetObjectAcl", {**bucket, "Key": item["Key"]})
    for name, call in calls.items():
        grants = view.aws.ask(call).result.get("Grants", [])
        if any(str(grant["Grantee"].get("URI", "")).startswith(EVERYBODY) for grant in grants):
            yield name


def _open_statements(view: ScenarioView, bucket: dict[str, Any]) -> Iterator[dict[str, Any]]:
    answer = view.aws.ask(AwsCall("s3", "GetBucketPolicy", bucket))
    if answer.error_code:  # no policy: the account's own principals still have their own rights
        return
    for statement in json.loads(answer.result["Policy"])["Statement"]:
        if statement["Effect"] == "Allow" and not _is_ours(statement.get("Principal"), view.aws.account):
            yield statement


def _is_ours(principal: object, account: str) -> bool:
    if not isinstance(principal, dict) or set(principal) - {"AWS"}:
        return False
    named = principal.get("AWS", [])
    names = [named] if isinstance(named, str) else named
    return all(f"::{account}:" in name or name == account for name in names)
