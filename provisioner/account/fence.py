"""The fence as Pulumi resources. Everything that decides is in `policies`; here it is only hung up, in an order.

The candidate's key comes last: whatever fails before it leaves nobody inside.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pulumi

from provisioner.account import policies
from provisioner.account.spec import Fence

if TYPE_CHECKING:
    import pulumi_aws as aws

Inside = Callable[[Sequence[pulumi.Resource]], Sequence[pulumi.Resource]]
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
SESSION_SECONDS = 3600
"""A grade takes minutes; the least that AWS lets a role have."""


@dataclass(slots=True)
class FenceOutputs:
    """What became of a fence."""

    environment: dict[str, str] = field(default_factory=dict, repr=False)
    """The variables of a candidate's shell: secrets. Filled when the key is known."""
    boundary: str = ""
    grader: str = ""
    """ARN of the role the grader takes."""


def register(fence: Fence, outputs: FenceOutputs, *, inside: Inside = lambda _: ()) -> "aws.Provider":
    """The fence's resources are registered with the running Pulumi program; `outputs` is filled as they become known.

    `inside` registers what is to be in the fence before the candidate is, after the resources that it is given.
    Returns the provider, for what else the program makes in the account: it refuses any other account and tags
    everything. Needs the plugin `pulumi-resource-aws` when it runs for real (see `missing`).
    """
    provider = _provider(fence)
    boundary = _policy(fence, "boundary", policies.boundary(fence), provider)
    stop = _policy(fence, "stop", policies.stop(), provider)
    user = _candidate(fence, boundary, provider)
    grader = _grader(fence, provider)
    action = _budget(fence, stop, user, provider)
    held: list[pulumi.Resource] = [boundary, stop, grader, action]
    key = _key(user, [*held, *inside(held)], provider)
    _collect(fence, key, outputs)
    return provider


def _provider(fence: Fence) -> "aws.Provider":
    import pulumi_aws as aws  # noqa: PLC0415 - a quarter of a second, and an extra that most installations lack

    return aws.Provider(
        "account",
        region=fence.regions[0],
        allowed_account_ids=[fence.account],
        default_tags=aws.ProviderDefaultTagsArgs(tags=fence.tags),
        retry_mode="adaptive",
    )


def _policy(fence: Fence, role: str, document: Mapping[str, Any], provider: "aws.Provider") -> "aws.iam.Policy":
    import pulumi_aws as aws  # noqa: PLC0415

    return aws.iam.Policy(
        role,
        name=fence.name(role),
        path=fence.fence_path,
        policy=json.dumps(document),
        tags=fence.tags,
        # A freeze makes a new version of the boundary: a later `up` must not bring the old one back.
        opts=pulumi.ResourceOptions(provider=provider, ignore_changes=["policy"]),
    )


def _candidate(fence: Fence, boundary: "aws.iam.Policy", provider: "aws.Provider") -> "aws.iam.User":
    import pulumi_aws as aws  # noqa: PLC0415

    options = pulumi.ResourceOptions(provider=provider)
    user = aws.iam.User(
        "candidate",
        name=fence.name("candidate"),
        path=fence.fence_path,
        permissions_boundary=boundary.arn,
        force_destroy=True,
        tags=fence.tags,
        opts=options,
    )
    if fence.statements:
        workplace = _policy(fence, "workplace", policies.candidate(fence), provider)
        aws.iam.UserPolicyAttachment("workplace", user=user.name, policy_arn=workplace.arn, opts=options)
    return user


def _grader(fence: Fence, provider: "aws.Provider") -> "aws.iam.Role":
    import pulumi_aws as aws  # noqa: PLC0415

    options = pulumi.ResourceOptions(provider=provider)
    role = aws.iam.Role(
        "grader",
        name=fence.name("grader"),
        path=fence.fence_path,
        assume_role_policy=json.dumps(policies.grader_trust(fence)),
        max_session_duration=SESSION_SECONDS,
        tags=fence.tags,
        opts=options,
    )
    aws.iam.RolePolicyAttachment("grader-reads", role=role.name, policy_arn=READ_ONLY, opts=options)
    aws.iam.RolePolicy("grader-asks", role=role.id, policy=json.dumps(policies.grader(fence)), opts=options)
    return role


def _budget(
    fence: Fence, stop: "aws.iam.Policy", user: "aws.iam.User", provider: "aws.Provider"
) -> "aws.budgets.BudgetAction":
    """Register the budget of the account from this month's spending on, and what happens when it is spent."""
    import pulumi_aws as aws  # noqa: PLC0415

    options = pulumi.ResourceOptions(provider=provider)
    role = aws.iam.Role(
        "budget",
        name=fence.name("budget"),
        path=fence.fence_path,
        assume_role_policy=json.dumps(policies.budget_trust(fence)),
        tags=fence.tags,
        opts=options,
    )
    allowed = aws.iam.RolePolicy(
        "budget-stops", role=role.id, policy=json.dumps(policies.budget_role(fence)), opts=options
    )
    limit = fence.spent_usd + fence.budget_usd
    budget = aws.budgets.Budget(
        "budget",
        name=fence.name("budget"),
        budget_type="COST",
        limit_amount=f"{limit:.2f}",
        limit_unit="USD",
        time_unit="MONTHLY",
        tags=fence.tags,
        opts=options,
    )
    definition = aws.budgets.BudgetActionDefinitionIamActionDefinitionArgs(policy_arn=stop.arn, users=[user.name])
    return aws.budgets.BudgetAction(
        "budget",
        budget_name=budget.name,
        action_type="APPLY_IAM_POLICY",
        approval_model="AUTOMATIC",
        notification_type="ACTUAL",
        action_threshold=aws.budgets.BudgetActionActionThresholdArgs(
            action_threshold_type="ABSOLUTE_VALUE", action_threshold_value=limit
        ),
        definition=aws.budgets.BudgetActionDefinitionArgs(iam_action_definition=definition),
        execution_role_arn=role.arn,
        subscribers=[
            aws.budgets.BudgetActionSubscriberArgs(address=address, subscription_type="EMAIL")
            for address in fence.notify
        ],
        tags=fence.tags,
        opts=pulumi.ResourceOptions(provider=provider, depends_on=[allowed]),
    )


def _key(user: "aws.iam.User", after: Sequence[pulumi.Resource], provider: "aws.Provider") -> "aws.iam.AccessKey":
    import pulumi_aws as aws  # noqa: PLC0415

    options = pulumi.ResourceOptions(provider=provider, depends_on=after, additional_secret_outputs=["secret"])
    return aws.iam.AccessKey("candidate", user=user.name, opts=options)


def _collect(fence: Fence, key: "aws.iam.AccessKey", outputs: FenceOutputs) -> None:
    outputs.boundary, outputs.grader = fence.boundary_arn, fence.arn("role", "grader")
    keep: Callable[[Any], None] = lambda pair: _keep(fence, outputs, pair)  # noqa: E731
    pulumi.Output.all(key.id, key.secret).apply(keep)
    pulumi.export("boundary", fence.boundary_arn)
    pulumi.export("grader", fence.arn("role", "grader"))


def _keep(fence: Fence, outputs: FenceOutputs, pair: Any) -> None:
    key_id, secret = pair
    region = fence.regions[0]
    outputs.environment |= {
        "AWS_ACCESS_KEY_ID": str(key_id),
        "AWS_SECRET_ACCESS_KEY": str(secret),
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_PAGER": "",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
