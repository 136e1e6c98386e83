"""Before anything is created in a real account: is it wanted, is it this account, may we, and is it fit for a lab."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from botocore.exceptions import ClientError

from labs.core.aws import AwsCall
from labs.core.errors import InputError, TallerError, UnreachableError
from provisioner.account.calls import Caller, account_id, ask
from provisioner.account.errors import DENIED, AccountError, code_of, refused, region_hint
from provisioner.account.spec import FENCE_PATH, LAB_PATH, Fence

ENGINE = "account"
NEEDED = (
    "iam:CreatePolicy", "iam:CreatePolicyVersion", "iam:CreateUser", "iam:CreateAccessKey", "iam:UpdateAccessKey",
    "iam:AttachUserPolicy", "iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:DeletePolicy",
    "iam:DeleteUser", "iam:DeleteRole", "iam:PassRole", "sts:AssumeRole", "budgets:ModifyBudget",
    "budgets:CreateBudgetAction", "cloudformation:CreateStack", "cloudformation:DeleteStack", "tag:GetResources",
)  # fmt: skip
"""What making, freezing, auditing and removing a lab takes, apart from the scenarios' own services."""
_MANAGED = re.compile(r"(StackSet-)?(AWSControlTower|aws-controltower|AWSAccelerator)", re.IGNORECASE)
"""What a landing zone puts into every account, and protects by service control policies."""
_ON = frozenset({"ENABLED", "ENABLED_BY_DEFAULT", "opted-in", "opt-in-not-required"})
_NO_ORGANIZATION = "AWSOrganizationsNotInUseException"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who we are to AWS."""

    account: str
    arn: str


def chosen(engine: str, *, explicit: bool) -> None:
    """The engine `account` was named by a person, not by a default or a file. Raises InputError otherwise."""
    if engine != ENGINE or not explicit:
        raise InputError(
            "Nothing is created in a real AWS account unless it is asked for by name.", hint=f"Pass --engine {ENGINE}."
        )


def confirmed(account_from_sts: str, typed: str) -> None:
    """The person typed the id of the very account that the credentials lead to. Raises InputError otherwise."""
    account_id(account_from_sts)
    if account_id(typed.strip()) != account_from_sts:
        raise AccountError(
            f"You named account {typed.strip()}, but the credentials lead to {account_from_sts}.",
            hint="Set AWS_PROFILE to the account you mean, or name this one.",
        )


def identity(caller: Caller) -> Identity:
    """Who the credentials are. Raises AccountError when they are missing, wrong or the account's root."""
    try:
        given = ask(caller, "sts", "GetCallerIdentity")
    except UnreachableError as error:
        cause = error.__cause__
        if type(cause).__name__ in {"NoCredentialsError", "PartialCredentialsError", "ProfileNotFound"}:
            raise AccountError(f"There are no AWS credentials: {cause}.", hint="Set AWS_PROFILE or log in.") from error
        raise
    who = Identity(str(given["Account"]), str(given["Arn"]))
    if who.arn.endswith(":root"):
        raise AccountError(
            "The credentials are those of the account's root user, which no policy can fence.",
            hint="Use a role or user of the account.",
        )
    return who


def check_account(caller: Caller, account: str) -> None:
    """The credentials lead to that account. Raises AccountError when they lead to another, or nowhere."""
    who = identity(caller)
    if who.account != account:
        raise AccountError(
            f"The credentials lead to account {who.account}, not {account}.",
            hint=f"Set AWS_PROFILE to a principal of {account}.",
        )


def problems(caller: Caller, fence: Fence) -> Sequence[TallerError]:
    """Everything that speaks against making the lab, each with its remedy; empty when nothing does. Changes nothing."""
    found: list[TallerError] = []
    for look in (_account, _permissions, _regions, _alone, _empty):
        try:
            found.extend(look(caller, fence))
        except TallerError as error:
            found.append(error)
    return found


def require(caller: Caller, fence: Fence) -> None:
    """Nothing speaks against making the lab. Raises the first problem, with the others' words among its facts."""
    if found := problems(caller, fence):
        first, *others = found
        first.facts |= {f"also_{number}": f"{each.message} {each.hint}" for number, each in enumerate(others, start=1)}
        raise first


def _account(caller: Caller, fence: Fence) -> Iterator[TallerError]:
    who = identity(caller)
    if who.account != fence.account:
        hint = f"Set AWS_PROFILE to a principal of {fence.account}."
        yield AccountError(f"The credentials lead to account {who.account}, not {fence.account}.", hint=hint)
    try:
        managed = caller.call(AwsCall("organizations", "DescribeOrganization"))["Organization"]
    except ClientError as error:
        if code_of(error) not in DENIED | {_NO_ORGANIZATION}:
            raise refused(error, "organizations:DescribeOrganization") from error
        return
    if managed.get("MasterAccountId") == who.account:
        yield AccountError(
            f"Account {who.account} manages an organization: service control policies do not bind it.",
            hint="Use a member account that holds nothing but labs.",
        )


def _permissions(caller: Caller, fence: Fence) -> Iterator[TallerError]:
    """What is denied, by IAM's own simulator. Where asking it is denied, creation itself will tell."""
    try:
        source = _principal(caller, fence.operator)
        parameters = {"PolicySourceArn": source, "ActionNames": list(NEEDED)}
        answer = caller.call(AwsCall("iam", "SimulatePrincipalPolicy", parameters))
    except ClientError as error:
        if code_of(error) not in DENIED:
            raise refused(error, "iam:SimulatePrincipalPolicy") from error
        return
    denied = sorted(r["EvalActionName"] for r in answer["EvaluationResults"] if r["EvalDecision"] != "allowed")
    if denied:
        yield AccountError(
            f"{source} may not {', '.join(denied)}.",
            hint="Allow it, or run taller with a principal that may (AWS_PROFILE).",
        )


def _principal(caller: Caller, arn: str) -> str:
    """The user's or role's ARN behind a session's, which the simulator does not take."""
    name = arn.split(":", maxsplit=5)[5]
    if not name.startswith("assumed-role/"):
        return arn
    parameters = {"RoleName": name.split("/")[1]}
    return str(caller.call(AwsCall("iam", "GetRole", parameters))["Role"]["Arn"])


def _regions(caller: Caller, fence: Fence) -> Iterator[TallerError]:
    states = _region_states(caller, fence.regions[0])
    for region in fence.regions:
        if region not in states:
            yield AccountError(f"There is no AWS region {region}.", hint="`aws account list-regions` shows them.")
        elif states[region] not in _ON:
            yield AccountError(f"Region {region} is {states[region]} in this account.", hint=region_hint(region))


def _region_states(caller: Caller, region: str) -> Mapping[str, str]:
    """Region → its state. From the account's settings; EC2 knows nearly as much where those may not be read."""
    try:
        listed = caller.call(AwsCall("account", "ListRegions"))["Regions"]
    except ClientError as error:
        if code_of(error) not in DENIED:
            raise refused(error, "account:ListRegions") from error
        given = ask(caller, "ec2", "DescribeRegions", region=region, AllRegions=True)["Regions"]
        return {each["RegionName"]: each["OptInStatus"] for each in given}
    return {each["RegionName"]: each["RegionOptStatus"] for each in listed}


def _alone(caller: Caller, fence: Fence) -> Iterator[TallerError]:
    """One lab at a time: what services let a candidate do is not limited to what is theirs."""
    found = ask(caller, "iam", "ListPolicies", Scope="Local", PathPrefix=FENCE_PATH)["Policies"]
    labs = sorted({policy["Path"].removeprefix(FENCE_PATH).strip("/") for policy in found} - {fence.lab})
    if labs:
        yield AccountError(
            f"Account {fence.account} holds the lab {', '.join(labs)}; an account holds one at a time.",
            hint=f"taller down {labs[0]}, or use another account.",
        )


def _empty(caller: Caller, fence: Fence) -> Iterator[TallerError]:
    """Nothing that runs with rights of its own: who may change a function or a stack has its role's powers."""
    found = []
    for region in fence.regions:
        functions = ask(caller, "lambda", "ListFunctions", region=region)["Functions"]
        stacks = ask(caller, "cloudformation", "DescribeStacks", region=region)["Stacks"]
        reservations = ask(caller, "ec2", "DescribeInstances", region=region)["Reservations"]
        found += [f"function {each['FunctionName']} in {region}" for each in functions]
        found += [f"stack {each['StackName']} in {region}" for each in stacks if each.get("RoleARN")]
        found += [
            f"instance {each['InstanceId']} in {region}"
            for reservation in reservations
            for each in reservation["Instances"]
            if each["State"]["Name"] != "terminated" and each.get("IamInstanceProfile") and not _is_ours(each, fence)
        ]
    strangers = [name for name in found if not _MANAGED.match(name.split()[1])]
    if strangers:
        yield AccountError(
            f"Account {fence.account} is not for labs alone: {', '.join(strangers[:5])}"
            f"{f' and {len(strangers) - 5} more' if len(strangers) > 5 else ''}.",  # noqa: PLR2004
            hint="Use an account that holds nothing else: a candidate could use their roles.",
        )


def _is_ours(instance: Mapping[str, object], fence: Fence) -> bool:
    profile = instance["IamInstanceProfile"]
    return isinstance(profile, Mapping) and f"{LAB_PATH}{fence.lab}/" in str(profile.get("Arn", ""))
