import json
import subprocess
import sys
from typing import Any

import pulumi
import pytest

from provisioner.account.fence import FenceOutputs, register
from tests.unit.provisioner.account.fences import ACCOUNT, FENCE, with_


class Recorded(pulumi.runtime.Mocks):
    """Remembers what is registered, in order."""

    def __init__(self) -> None:
        self.resources: list[pulumi.runtime.MockResourceArgs] = []

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[Any, Any]]:
        self.resources.append(args)
        outputs = {**args.inputs}
        if "path" in args.inputs:
            kind = {"aws:iam/policy:Policy": "policy", "aws:iam/role:Role": "role", "aws:iam/user:User": "user"}[
                args.typ
            ]
            outputs["arn"] = f"arn:aws:iam::{ACCOUNT}:{kind}{args.inputs['path']}{args.inputs['name']}"
        if args.typ == "aws:iam/accessKey:AccessKey":
            outputs["secret"] = "s3cr3t"  # noqa: S105 - nobody's
        return ("AKIA1" if "accessKey" in args.typ else f"{args.name}-id"), outputs

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], None]:
        raise AssertionError(args.token)

    def inputs(self, kind: str, name: str) -> dict[str, Any]:
        """What a resource was made of."""
        found: dict[str, Any] = next(r.inputs for r in self.resources if r.typ.endswith(f":{kind}") and r.name == name)
        return found


@pytest.fixture(scope="module")
def stood() -> tuple[Recorded, FenceOutputs]:
    """The fence, registered with a Pulumi that makes nothing."""
    mocks, outputs = Recorded(), FenceOutputs()
    pulumi.runtime.set_mocks(mocks, project="taller", stack=FENCE.lab)

    @pulumi.runtime.test  # type: ignore[untyped-decorator]  # Pulumi leaves it untyped
    def run() -> None:
        register(FENCE, outputs)

    run()
    return mocks, outputs


def test_the_provider_refuses_any_other_account_and_tags_everything(stood: tuple[Recorded, FenceOutputs]) -> None:
    given = stood[0].inputs("aws", "account")
    assert json.loads(given["allowedAccountIds"]) == [ACCOUNT]
    assert json.loads(given["defaultTags"]) == {"tags": FENCE.tags}
    assert given["region"] == "eu-west-1"


def test_everything_goes_through_that_provider(stood: tuple[Recorded, FenceOutputs]) -> None:
    others = [r for r in stood[0].resources if r.typ.startswith("aws:") and "account" not in str(r.provider)]
    assert others == []


def test_the_candidate_is_under_the_boundary_which_is_one_policy_of_the_fence(
    stood: tuple[Recorded, FenceOutputs],
) -> None:
    mocks, outputs = stood
    assert mocks.inputs("User", "candidate")["permissionsBoundary"] == FENCE.boundary_arn == outputs.boundary
    assert mocks.inputs("User", "candidate")["forceDestroy"] is True
    document = json.loads(mocks.inputs("Policy", "boundary")["policy"])
    assert "Unbound" in {each["Sid"] for each in document["Statement"]}
    assert mocks.inputs("UserPolicyAttachment", "workplace")["user"] == FENCE.name("candidate")


def test_the_key_comes_after_everything_that_holds_the_candidate(stood: tuple[Recorded, FenceOutputs]) -> None:
    names = [f"{r.typ.rpartition(':')[2]} {r.name}" for r in stood[0].resources]
    key = names.index("AccessKey candidate")
    for earlier in ("Policy boundary", "Policy stop", "BudgetAction budget", "Role grader"):
        assert names.index(earlier) < key


def test_a_spent_budget_attaches_the_policy_that_stops_the_candidate(stood: tuple[Recorded, FenceOutputs]) -> None:
    action = stood[0].inputs("BudgetAction", "budget")
    assert (action["approvalModel"], action["notificationType"]) == ("AUTOMATIC", "ACTUAL")
    assert action["actionThreshold"] == {"actionThresholdType": "ABSOLUTE_VALUE", "actionThresholdValue": 20.0}
    definition = action["definition"]["iamActionDefinition"]
    assert definition == {"policyArn": FENCE.arn("policy", "stop"), "users": [FENCE.name("candidate")]}
    assert action["executionRoleArn"] == FENCE.arn("role", "budget")


def test_the_candidates_variables_are_those_of_its_key(stood: tuple[Recorded, FenceOutputs]) -> None:
    variables = stood[1].environment
    assert (variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"]) == ("AKIA1", "s3cr3t")
    assert variables["AWS_REGION"] == "eu-west-1"
    assert "s3cr3t" not in repr(stood[1])


def test_the_budget_counts_from_what_the_month_has_cost_before() -> None:
    mocks = Recorded()
    pulumi.runtime.set_mocks(mocks, project="taller", stack=FENCE.lab)

    @pulumi.runtime.test  # type: ignore[untyped-decorator]  # Pulumi leaves it untyped
    def run() -> None:
        register(with_(spent_usd=12.5), FenceOutputs())

    run()
    assert mocks.inputs("Budget", "budget")["limitAmount"] == "32.50"


def test_the_package_is_not_imported_before_it_is_needed() -> None:
    code = (
        "import sys, provisioner.account.fence, provisioner.account.missing as missing;"
        "missing.problems(); print('pulumi_aws' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
