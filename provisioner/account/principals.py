"""Users, roles, groups and policies that a lab made for itself.

They go before the fence does: IAM does not delete a boundary that a principal still has.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labs.core.errors import TallerError
from provisioner.account.calls import Caller, ask
from provisioner.account.spec import Fence
from provisioner.aws.errors import AwsError

_GONE = "NoSuchEntity"
_Step = Callable[[], Any]


def remove_principals(caller: Caller, fence: Fence) -> Sequence[str]:
    """Everything below the lab's IAM path is gone; what would not go, in words. Idempotent."""
    left: list[str] = []
    for step in _steps(_Iam(caller), fence.lab_path):
        try:
            step()
        except TallerError as error:
            if not (isinstance(error, AwsError) and error.code == _GONE):
                left.append(error.message)
    return left


@dataclass(frozen=True, slots=True)
class _Iam:
    caller: Caller

    def listed(self, operation: str, key: str, **parameters: Any) -> Sequence[Mapping[str, Any]]:
        """What there is; nothing of what is gone already."""
        try:
            found: Sequence[Mapping[str, Any]] = ask(self.caller, "iam", operation, **parameters)[key]
        except AwsError as error:
            if error.code != _GONE:
                raise
            return []
        return found

    def step(self, operation: str, **parameters: Any) -> _Step:
        return lambda: ask(self.caller, "iam", operation, **parameters)


def _steps(iam: _Iam, path: str) -> Iterator[_Step]:
    """One deletion after the other, dependents first; each looks only when its turn has come."""
    yield from _profiles(iam, path)
    for user in iam.listed("ListUsers", "Users", PathPrefix=path):
        yield from _user(iam, user["UserName"])
    for kind, plural in (("Group", "Groups"), ("Role", "Roles")):
        for each in iam.listed(f"List{plural}", plural, PathPrefix=path):
            yield from _rights(iam, kind, each[f"{kind}Name"])
            yield iam.step(f"Delete{kind}", **{f"{kind}Name": each[f"{kind}Name"]})
    for policy in iam.listed("ListPolicies", "Policies", PathPrefix=path, Scope="Local"):
        for version in iam.listed("ListPolicyVersions", "Versions", PolicyArn=policy["Arn"]):
            if not version["IsDefaultVersion"]:
                yield iam.step("DeletePolicyVersion", PolicyArn=policy["Arn"], VersionId=version["VersionId"])
        yield iam.step("DeletePolicy", PolicyArn=policy["Arn"])


def _profiles(iam: _Iam, path: str) -> Iterator[_Step]:
    for profile in iam.listed("ListInstanceProfiles", "InstanceProfiles", PathPrefix=path):
        name = profile["InstanceProfileName"]
        for role in profile["Roles"]:
            yield iam.step("RemoveRoleFromInstanceProfile", InstanceProfileName=name, RoleName=role["RoleName"])
        yield iam.step("DeleteInstanceProfile", InstanceProfileName=name)


def _user(iam: _Iam, name: str) -> Iterator[_Step]:
    for key in iam.listed("ListAccessKeys", "AccessKeyMetadata", UserName=name):
        yield iam.step("DeleteAccessKey", UserName=name, AccessKeyId=key["AccessKeyId"])
    for group in iam.listed("ListGroupsForUser", "Groups", UserName=name):
        yield iam.step("RemoveUserFromGroup", UserName=name, GroupName=group["GroupName"])
    for device in iam.listed("ListMFADevices", "MFADevices", UserName=name):
        yield iam.step("DeactivateMFADevice", UserName=name, SerialNumber=device["SerialNumber"])
    yield iam.step("DeleteLoginProfile", UserName=name)
    yield from _rights(iam, "User", name)
    yield iam.step("DeleteUser", UserName=name)


def _rights(iam: _Iam, kind: str, name: str) -> Iterator[_Step]:
    who = {f"{kind}Name": name}
    for policy in iam.listed(f"ListAttached{kind}Policies", "AttachedPolicies", **who):
        yield iam.step(f"Detach{kind}Policy", PolicyArn=policy["PolicyArn"], **who)
    for policy_name in iam.listed(f"List{kind}Policies", "PolicyNames", **who):
        yield iam.step(f"Delete{kind}Policy", PolicyName=policy_name, **who)
