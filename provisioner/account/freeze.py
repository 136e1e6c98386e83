"""The end of a candidate's work in a real account: keys, sessions and what they made of them.

Not by deleting: what they left is about to be graded. One new version of the boundary that every principal of the lab
has ends all of them at their next request (IAM takes some seconds to tell its regions).
"""

import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from botocore.exceptions import ClientError

from labs.core.aws import AwsCall
from labs.core.errors import TimedOutError
from labs.core.ports import Clock
from provisioner.account import policies
from provisioner.account.calls import Caller, ask
from provisioner.account.errors import DENIED, UNKNOWN_KEY, code_of, refused
from provisioner.account.spec import Fence, moment
from provisioner.aws.errors import AwsError

VERSIONS_MOST = 5
"""Versions of a policy that IAM keeps; then one must go."""
SETTLE_SECONDS = 120.0
"""IAM is told to be consistent "within seconds"; a minute has been seen."""
POLL_SECONDS = 3.0
SESSION = "review-"
_GONE = "NoSuchEntity"


def freeze(caller: Caller, fence: Fence, *, at: datetime, spare_functions: bool = False) -> str:
    """The candidate's key and every session derived from it have ended; the name under which the grader takes roles.

    Idempotent: a second time gives the same name. Raises our errors (see `calls.ask`).
    """
    session = _frozen_session(caller, fence)
    if not session:
        session = f"{SESSION}{secrets.token_hex(16)}"
        document = policies.frozen_boundary(fence, session=session, at=moment(at), spare_functions=spare_functions)
        _new_version(caller, fence.boundary_arn, document)
    user = fence.name("candidate")
    for key in ask(caller, "iam", "ListAccessKeys", UserName=user)["AccessKeyMetadata"]:
        ask(caller, "iam", "UpdateAccessKey", UserName=user, AccessKeyId=key["AccessKeyId"], Status="Inactive")
    ask(caller, "iam", "AttachUserPolicy", UserName=user, PolicyArn=fence.arn("policy", "stop"))
    return session


def wait_until_ended(candidate: Caller, clock: Clock, *, within_seconds: float = SETTLE_SECONDS) -> None:
    """AWS has refused the candidate's own credentials, seen with `candidate`. Raises TimedOutError if it does not."""
    deadline = clock.now() + within_seconds
    while not _is_refused(candidate):
        if clock.now() >= deadline:
            raise TimedOutError(
                f"AWS still takes the candidate's credentials {within_seconds:g} s after the freeze.",
                hint="Run the freeze again; `aws iam list-access-keys` shows whether the key is Inactive.",
            )
        clock.sleep(POLL_SECONDS)


def release(caller: Caller, fence: Fence) -> None:
    """What a freeze or the budget attached is gone, keys too: Pulumi knows nothing of it and could not delete the user.

    Idempotent; the user may be gone already.
    """
    user = fence.name("candidate")
    for key in _unless_gone(caller, "ListAccessKeys", UserName=user).get("AccessKeyMetadata", []):
        _unless_gone(caller, "DeleteAccessKey", UserName=user, AccessKeyId=key["AccessKeyId"])
    _unless_gone(caller, "DetachUserPolicy", UserName=user, PolicyArn=fence.arn("policy", "stop"))


def _frozen_session(caller: Caller, fence: Fence) -> str:
    """The grader's session name in the boundary in force; empty when that is not a frozen one."""
    arn = fence.boundary_arn
    version = ask(caller, "iam", "GetPolicy", PolicyArn=arn)["Policy"]["DefaultVersionId"]
    given = ask(caller, "iam", "GetPolicyVersion", PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    document = json.loads(unquote(given)) if isinstance(given, str) else given
    first = document["Statement"][0]
    if first.get("Sid") != "Frozen":
        return ""
    return str(first["Condition"]["StringNotLike"]["aws:userid"]).removeprefix("*:")


def _new_version(caller: Caller, arn: str, document: Mapping[str, Any]) -> None:
    versions = ask(caller, "iam", "ListPolicyVersions", PolicyArn=arn)["Versions"]
    if len(versions) >= VERSIONS_MOST:
        oldest = min((each for each in versions if not each["IsDefaultVersion"]), key=_number)
        ask(caller, "iam", "DeletePolicyVersion", PolicyArn=arn, VersionId=oldest["VersionId"])
    text = json.dumps(document, separators=(",", ":"))
    ask(caller, "iam", "CreatePolicyVersion", PolicyArn=arn, PolicyDocument=text, SetAsDefault=True)


def _number(version: Mapping[str, Any]) -> int:
    return int(str(version["VersionId"]).removeprefix("v"))


def _is_refused(candidate: Caller) -> bool:
    """Whether a call that the boundary lets everybody make is refused. sts:GetCallerIdentity cannot be denied."""
    try:
        candidate.call(AwsCall("iam", "ListAccountAliases"))
    except ClientError as error:
        if code_of(error) in DENIED | UNKNOWN_KEY:
            return True
        raise refused(error, "iam:ListAccountAliases") from error
    return False


def _unless_gone(caller: Caller, operation: str, **parameters: Any) -> Mapping[str, Any]:
    """The result; empty when what it is about does not exist any more."""
    try:
        return ask(caller, "iam", operation, **parameters)
    except AwsError as error:
        if error.code != _GONE:
            raise
        return {}
