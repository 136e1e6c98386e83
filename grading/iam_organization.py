"""The organization that an account belongs to: its service control and resource control policies, level by level."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from grading.aws_answers import result_of
from grading.iam_account import policy_of
from labs.core.aws import AwsCall, AwsReader
from labs.core.iam.decision import Level
from labs.core.iam.document import Policy

SCP, RCP = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"
NOT_IN_USE = ("AWSOrganizationsNotInUseException",)


@dataclass(frozen=True, slots=True)
class Organization:
    """An organization, or (empty `id`) that the sandbox's account is in none.

    Without `management_account` it is somebody else's, who does not let the grader read it: what it forbids the lab is
    the host's, not the candidate's, and is left out.
    """

    aws: AwsReader
    id: str = ""
    management_account: str = ""
    accounts: frozenset[str] = field(default_factory=frozenset)
    """Its members, or only the sandbox's account where there is none."""

    def path(self, account: str) -> tuple[tuple[str, str], ...]:
        """Ids and names of the levels from the root down to the account; empty for an account outside."""
        if not self.management_account or account not in self.accounts:
            return ()
        levels, target = [(account, account)], account
        while parents := self._ask("ListParents", ChildId=target)["Parents"]:
            target = parents[0]["Id"]
            levels.append((target, self._name(target)))
            if parents[0]["Type"] == "ROOT":
                break
        return tuple(reversed(levels))

    def levels(self, account: str, kind: str) -> tuple[Level, ...]:
        """The policies of that kind from the root down to the account. Empty where the kind is not in use."""
        levels = tuple(
            Level(name, tuple(self._policies(target, kind))) for target, name in self.path(account)
        )  # AWS keeps one policy everywhere where the kind is enabled, so that none at all says that it is not
        return levels if any(level.policies for level in levels) or self._is_enabled(kind) else ()

    def entity_path(self, account: str) -> str:
        """`o-…/r-…/ou-…/`, as aws:PrincipalOrgPaths has it; empty for an account outside."""
        targets = [target for target, _ in self.path(account)][:-1]
        return "/".join([self.id, *targets, ""]) if targets else ""

    def _policies(self, target: str, kind: str) -> Iterator[Policy]:
        for summary in self._ask("ListPoliciesForTarget", TargetId=target, Filter=kind)["Policies"]:
            content = self._ask("DescribePolicy", PolicyId=summary["Id"])["Policy"]["Content"]
            yield policy_of(content, name=summary["Name"])

    def _is_enabled(self, kind: str) -> bool:
        roots = self._ask("ListRoots")["Roots"] if self.management_account else []
        return any(entry == {"Type": kind, "Status": "ENABLED"} for root in roots for entry in root["PolicyTypes"])

    def _name(self, target: str) -> str:
        if target.startswith("r-"):
            return "Root"
        unit = self._ask("DescribeOrganizationalUnit", OrganizationalUnitId=target)["OrganizationalUnit"]
        return str(unit["Name"])

    def _ask(self, operation: str, **parameters: str) -> Mapping[str, Any]:
        call = AwsCall("organizations", operation, parameters, account=self.management_account)
        return result_of(self.aws, call) or {}


def organization_of(aws: AwsReader) -> Organization:
    """The organization of the sandbox's account."""
    found = result_of(aws, AwsCall("organizations", "DescribeOrganization"), absent=NOT_IN_USE)
    if found is None:
        return Organization(aws, accounts=frozenset({aws.account}))
    raw = found["Organization"]
    management = raw["MasterAccountId"]
    closed = () if management == aws.account else ("AccessDeniedException",)
    members = result_of(aws, AwsCall("organizations", "ListAccounts", account=management), absent=closed)
    if members is None:
        return Organization(aws, raw["Id"], accounts=frozenset({aws.account}))
    return Organization(
        aws, raw["Id"], management, frozenset({each["Id"] for each in members["Accounts"]} | {aws.account})
    )
