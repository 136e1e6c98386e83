"""What IAM's API tells of a user or a role: all policies that apply to it, in the words of whoever wrote them.

Read call by call and not with GetAccountAuthorizationDetails: moto answers that with a server error as soon as
CloudFormation has made an inline policy.
"""

import ast
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from grading.aws_answers import result_of
from grading.findings import UndecidableError
from labs.core.aws import AwsCall, AwsReader
from labs.core.iam.document import Policy, PolicyError, parse

NO_ENTITY = ("NoSuchEntity", "NoSuchEntityException")


@dataclass(frozen=True, slots=True)
class Holder:
    """A user or role with its policies. `trust` is a role's only."""

    arn: str
    id: str
    """`AIDA…` or `AROA…`: conditions on aws:userid name it."""
    identity: tuple[Policy, ...]
    """Inline, attached, and those of the user's groups."""
    boundary: Policy | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    trust: Policy | None = None


@dataclass(frozen=True, slots=True)
class Iam:
    """IAM of one account, as the grader reads it. `account` as in AwsCall."""

    aws: AwsReader
    account: str

    def role(self, name: str) -> Holder | None:
        """The role of that name (without path); None when there is none. Raises UndecidableError for odd policies."""
        if (answer := self._find("GetRole", RoleName=name)) is None:
            return None
        role = answer["Role"]
        trust = policy_of(role["AssumeRolePolicyDocument"], name=f"trust policy of {name}")
        return self._holder(role, role["RoleId"], tuple(self._policies("Role", name)), trust)

    def has_role(self, arn: str) -> bool:
        """Whether there is such a role, path and all."""
        answer = self._find("GetRole", RoleName=arn.rpartition("/")[2])
        return answer is not None and answer["Role"]["Arn"] == arn

    def user(self, name: str) -> Holder | None:
        """The user of that name; None when there is none. Raises UndecidableError for odd policies."""
        if (answer := self._find("GetUser", UserName=name)) is None:
            return None
        groups = [group["GroupName"] for group in self._all("ListGroupsForUser", "Groups", UserName=name)]
        own = tuple(self._policies("User", name))
        shared = tuple(policy for group in groups for policy in self._policies("Group", group))
        return self._holder(answer["User"], answer["User"]["UserId"], (*own, *shared), None)

    def managed(self, arn: str) -> Policy:
        """The managed policy's default version. Raises UndecidableError when it cannot be read."""
        policy = self._ask("GetPolicy", PolicyArn=arn)["Policy"]
        version = self._ask("GetPolicyVersion", PolicyArn=arn, VersionId=policy["DefaultVersionId"])["PolicyVersion"]
        return policy_of(version["Document"], name=arn.rpartition("/")[2])

    def _holder(
        self, raw: Mapping[str, Any], holder_id: str, identity: tuple[Policy, ...], trust: Policy | None
    ) -> Holder:
        boundary = (raw.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn")
        tags = {tag["Key"]: tag["Value"] for tag in raw.get("Tags") or []}
        return Holder(raw["Arn"], holder_id, identity, self.managed(boundary) if boundary else None, tags, trust)

    def _policies(self, kind: str, name: str) -> Iterator[Policy]:
        """Inline and attached ones of a Role, User or Group."""
        holder = {f"{kind}Name": name}
        for inline in self._all(f"List{kind}Policies", "PolicyNames", **holder):
            document = self._ask(f"Get{kind}Policy", **holder, PolicyName=inline)["PolicyDocument"]
            yield policy_of(document, name=inline)
        for attached in self._all(f"ListAttached{kind}Policies", "AttachedPolicies", **holder):
            yield self.managed(attached["PolicyArn"])

    def _all(self, operation: str, field_name: str, **parameters: str) -> list[Any]:
        return list(self._ask(operation, **parameters).get(field_name) or [])

    def _ask(self, operation: str, **parameters: str) -> Any:
        return result_of(self.aws, AwsCall("iam", operation, parameters, account=self.account))

    def _find(self, operation: str, **parameters: str) -> Any:
        """As `_ask`; None when there is no such thing."""
        return result_of(self.aws, AwsCall("iam", operation, parameters, account=self.account), absent=NO_ENTITY)


def policy_of(document: object, *, name: str) -> Policy:
    """The policy of a document as an API gives it. Raises UndecidableError for what AWS would not have taken."""
    try:
        return parse(_data(document), name=name)
    except PolicyError as error:
        raise UndecidableError(f"The {name} is none that AWS would take: {error.message}") from error


def _data(document: object) -> Any:
    if not isinstance(document, str):
        return document
    try:
        return json.loads(document)
    except ValueError:
        # moto 5.2.5 gives a role's inline policy that CloudFormation made as Python writes it. Gone when it no longer
        # does so: GetRolePolicy of such a role is what test_iam_account looks at.
        try:
            return ast.literal_eval(document)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return document
