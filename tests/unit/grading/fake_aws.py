"""An AWS account that answers what a test told it to, and nothing else."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from labs.core.aws import AwsAnswer, AwsCall
from labs.core.errors import UnreachableError
from tests.unit.grading.fakes import FakeSandbox, view_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from grading.helpers import ScenarioView
    from labs.core.aws import AwsReader

OWN, OTHER, STRANGER = "111122223333", "444455556666", "999999999999"
EC2_TRUST = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}

Document = dict[str, Any]


def allow(action: str | list[str], resource: str = "*", **rest: Any) -> Document:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **rest}


def deny(action: str | list[str], resource: str = "*", **rest: Any) -> Document:
    return {**allow(action, resource), "Effect": "Deny", **rest}


def document(*statements: Mapping[str, Any]) -> Document:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def role_arn(name: str, account: str = OWN) -> str:
    return f"arn:aws:iam::{account}:role/{name}"


@dataclass
class FakeAws:
    account: str = OWN
    region: str = "eu-west-1"
    is_down: bool = False
    answers: dict[str, AwsAnswer] = field(default_factory=dict)
    calls: list[AwsCall] = field(default_factory=list)
    roles_taken: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.refuse("organizations", "DescribeOrganization", "AWSOrganizationsNotInUseException")
        self.put("s3", "ListBuckets", {"Buckets": []})

    def ask(self, call: AwsCall, *, as_role: str = "") -> AwsAnswer:
        self.calls.append(call)
        self.roles_taken.append(as_role)
        if self.is_down:
            raise UnreachableError("The account does not answer.")
        key = _key(call.service, call.operation, call.account or self.account, call.parameters)
        assert key in self.answers, f"nobody told what to answer to {key}"
        return self.answers[key]

    def put(self, service: str, operation: str, result: Mapping[str, Any], *, account: str = "", **given: Any) -> None:
        self.answers[_key(service, operation, account or self.account, given)] = AwsAnswer(result)

    def refuse(self, service: str, operation: str, code: str, *, account: str = "", **given: Any) -> None:
        answer = AwsAnswer(error_code=code, error_message="no")
        self.answers[_key(service, operation, account or self.account, given)] = answer

    def policy(self, kind: str, name: str, inline: Mapping[str, object], attached: Sequence[str], account: str) -> None:
        holder = {f"{kind}Name": name}
        self.put("iam", f"List{kind}Policies", {"PolicyNames": list(inline)}, account=account, **holder)
        for policy, content in inline.items():
            answer = {"PolicyDocument": content}
            self.put("iam", f"Get{kind}Policy", answer, account=account, PolicyName=policy, **holder)
        policies = [{"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn} for arn in attached]
        self.put("iam", f"ListAttached{kind}Policies", {"AttachedPolicies": policies}, account=account, **holder)

    def managed(self, name: str, content: object, account: str = OWN) -> str:
        arn = f"arn:aws:iam::{account}:policy/{name}"
        self.put("iam", "GetPolicy", {"Policy": {"DefaultVersionId": "v3"}}, account=account, PolicyArn=arn)
        version = {"PolicyVersion": {"Document": content}}
        self.put("iam", "GetPolicyVersion", version, account=account, PolicyArn=arn, VersionId="v3")
        return arn

    def role(
        self,
        path_and_name: str,
        *statements: Document,
        trust: Sequence[Document] = (EC2_TRUST,),
        attached: Sequence[str] = (),
        account: str = OWN,
        **more: Any,
    ) -> str:
        name, arn = path_and_name.rpartition("/")[2], role_arn(path_and_name, account)
        raw = {"Arn": arn, "RoleId": "AROAROLE", "AssumeRolePolicyDocument": document(*trust), **more}
        self.put("iam", "GetRole", {"Role": raw}, account=account, RoleName=name)
        self.policy("Role", name, {"work": document(*statements)} if statements else {}, attached, account)
        return arn

    def user(self, name: str, *statements: Document, groups: Sequence[str] = (), **more: Any) -> str:
        arn = f"arn:aws:iam::{self.account}:user/{name}"
        self.put("iam", "GetUser", {"User": {"Arn": arn, "UserId": "AIDAUSER", **more}}, UserName=name)
        self.put("iam", "ListGroupsForUser", {"Groups": [{"GroupName": group} for group in groups]}, UserName=name)
        self.policy("User", name, {"own": document(*statements)} if statements else {}, (), self.account)
        return arn

    def organization(self, *, unit: Sequence[Document] = (), rcp: Sequence[Document] = ()) -> None:
        """OTHER is in the unit Work under the root; OWN manages. `unit`: the service control policy's statements."""
        organization = {"Organization": {"Id": "o-1", "MasterAccountId": OWN}}
        self.put("organizations", "DescribeOrganization", organization)
        self.put("organizations", "ListAccounts", {"Accounts": [{"Id": OWN}, {"Id": OTHER}]})
        self.put("organizations", "ListRoots", {"Roots": [{"Id": "r-1", "PolicyTypes": []}]})
        unit_answer = {"OrganizationalUnit": {"Name": "Work"}}
        self.put("organizations", "DescribeOrganizationalUnit", unit_answer, OrganizationalUnitId="ou-1")
        for child, parent, kind in (
            (OWN, "r-1", "ROOT"),
            (OTHER, "ou-1", "ORGANIZATIONAL_UNIT"),
            ("ou-1", "r-1", "ROOT"),
        ):
            self.put("organizations", "ListParents", {"Parents": [{"Id": parent, "Type": kind}]}, ChildId=child)
        for target in ("r-1", "ou-1", OWN, OTHER):
            self.attach(target, "SERVICE_CONTROL_POLICY", [allow("*")])
            self.attach(target, "RESOURCE_CONTROL_POLICY")
        if unit:
            self.attach("ou-1", "SERVICE_CONTROL_POLICY", [allow("*")], unit)
        if rcp:
            self.attach(OTHER, "RESOURCE_CONTROL_POLICY", rcp)

    def attach(self, target: str, kind: str, *policies: Sequence[Document]) -> None:
        names = [f"p-{target}-{kind[0]}{number}" for number in range(len(policies))]
        summaries = [{"Id": name, "Name": name} for name in names]
        self.put("organizations", "ListPoliciesForTarget", {"Policies": summaries}, TargetId=target, Filter=kind)
        for name, statements in zip(names, policies, strict=True):
            content = {"Policy": {"Content": json.dumps(document(*statements))}}
            self.put("organizations", "DescribePolicy", content, PolicyId=name)

    def bucket(self, name: str, *statements: Document, account: str = OWN, acl: Sequence[Document] = ()) -> str:
        self.put("s3", "ListBuckets", {"Buckets": [{"Name": name}]}, account=account)
        told = {"account": account, "Bucket": name}
        if statements:
            self.put("s3", "GetBucketPolicy", {"Policy": json.dumps(document(*statements))}, **told)
        else:
            self.refuse("s3", "GetBucketPolicy", "NoSuchBucketPolicy", **told)
        self.put("s3", "GetBucketPolicyStatus", {"PolicyStatus": {"IsPublic": False}}, **told)
        self.refuse("s3", "GetPublicAccessBlock", "NoSuchPublicAccessBlockConfiguration", **told)
        self.refuse("s3", "GetBucketOwnershipControls", "OwnershipControlsNotFoundError", **told)
        self.put("s3", "GetBucketAcl", {"Owner": {"ID": "owner"}, "Grants": list(acl)}, **told)
        self.put("s3control", "GetPublicAccessBlock", {}, account=account, AccountId=account)
        return f"arn:aws:s3:::{name}"


@dataclass
class AwsOnlySandbox(FakeSandbox):
    account: AwsReader = field(default_factory=FakeAws)

    @property
    def aws(self) -> AwsReader:
        return self.account


def view_on(aws: AwsReader) -> ScenarioView:
    return view_of(AwsOnlySandbox(account=aws))


def _key(service: str, operation: str, account: str, parameters: Mapping[str, Any]) -> str:
    return f"{account} {service}:{operation} {json.dumps(dict(parameters), sort_keys=True)}"
