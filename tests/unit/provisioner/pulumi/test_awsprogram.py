"""The programs of an account, run by Pulumi's mocks: what is registered, in which order, with which secrets."""

from collections.abc import Sequence
from typing import Any

import pulumi
import pytest
from pulumi.runtime import rpc

from labs.core.aws import AwsAdmin
from labs.core.awssystem import AwsSystem, Step
from labs.core.errors import InputError
from provisioner.account.errors import AccountError
from provisioner.account.leave import Leave
from provisioner.pulumi.awsprogram import AccountProgram, AwsOutputs, AwsPart, register_account
from tests.unit.provisioner.account.fences import ACCOUNT, FENCE
from tests.unit.provisioner.account.test_fence import Recorded

READ = {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}
WRITE = {"Effect": "Allow", "Action": "s3:Put*", "Resource": "*"}
ROLE = {"Resources": {"Worker": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}}}}}
NET = Step("net", "ec2", "CreateVpc", {"CidrBlock": "10.0.0.0/16"})
PARTS = (
    AwsPart("first", AwsSystem("north", ROLE), [READ]),
    AwsPart(
        "second", AwsSystem("south", {}, (Step("net", "ec2", "CreateVpc", {"CidrBlock": "10.0.0.0/16"}),)), [WRITE]
    ),
)
ADMIN = AwsAdmin("http://10.213.0.2:4566", "482913007716", "eu-west-1", "t0ken").to_json()
OURS: dict[str, dict[str, Any]] = {
    "taller:index:Node": {"address": "10.213.0.2", "admin": ADMIN, "readySeconds": 1.5},
    "taller:index:AwsSystem": {"names": {"region": "eu-west-1"}},
    "taller:index:AwsAccess": {"environment": {"AWS_ACCESS_KEY_ID": "AKIAEMULATED"}},
}


class Answering(Recorded):
    """As Recorded; our own resources have the outputs that our provider gives."""

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[Any, Any]]:
        if args.typ not in OURS:
            return super().new_resource(args)
        self.resources.append(args)
        outputs = {**args.inputs, **OURS[args.typ]}
        if args.typ.endswith("AwsSystem"):
            outputs["names"] = {"made_for": args.name}
        return f"{args.name}-id", outputs

    @property
    def order(self) -> list[str]:
        """Kind and name of each resource, as they were registered."""
        return [f"{each.typ.rpartition(':')[2]} {each.name}" for each in self.resources]


def _secret(given: Any) -> Any:
    """What was passed as a secret, which the state keeps encrypted."""
    assert given[rpc._special_sig_key] == rpc._special_secret_sig
    return given["value"]


def _run(parts: Sequence[AwsPart] = PARTS, *, leave: Leave | None = None) -> tuple[Answering, AwsOutputs]:
    mocks, outputs = Answering(), AwsOutputs()
    pulumi.runtime.set_mocks(mocks, project="taller", stack=FENCE.lab)
    engine = "account" if leave else "emulated"

    @pulumi.runtime.test  # type: ignore[untyped-decorator]  # Pulumi leaves it untyped
    def run() -> None:
        register_account(AccountProgram(FENCE.lab, engine, parts, leave), outputs)

    run()
    return mocks, outputs


@pytest.fixture(scope="module")
def emulated() -> tuple[Answering, AwsOutputs]:
    return _run()


@pytest.fixture(scope="module")
def real() -> tuple[Answering, AwsOutputs]:
    return _run(leave=Leave(FENCE, ACCOUNT))


def test_an_emulated_account_is_a_node_the_systems_one_by_one_and_the_access(
    emulated: tuple[Answering, AwsOutputs],
) -> None:
    mocks, _ = emulated
    assert mocks.order == ["Node account", "AwsSystem first-aws", "AwsSystem second-aws", "AwsAccess aws-access"]
    assert mocks.inputs("Node", "account") == {"lab": FENCE.lab, "engine": "emulated"}


def test_the_systems_are_made_as_declared_by_the_accounts_administrator(
    emulated: tuple[Answering, AwsOutputs],
) -> None:
    for part in PARTS:
        given = emulated[0].inputs("AwsSystem", f"{part.name}-aws")
        assert AwsSystem.from_json(_secret(given["system"])).to_json() == part.system.to_json()
        assert given["admin"] == ADMIN
        assert "tags" not in given


def test_the_candidate_has_the_rights_of_all_scenarios_and_no_others(emulated: tuple[Answering, AwsOutputs]) -> None:
    assert emulated[0].inputs("AwsAccess", "aws-access")["statements"] == [READ, WRITE]


def test_what_became_of_an_emulated_account(emulated: tuple[Answering, AwsOutputs]) -> None:
    _, outputs = emulated
    assert (outputs.admin, outputs.ready_seconds) == (ADMIN, 1.5)
    assert outputs.environment == {"AWS_ACCESS_KEY_ID": "AKIAEMULATED"}
    assert outputs.names == {"first": {"made_for": "first-aws"}, "second": {"made_for": "second-aws"}}
    assert "t0ken" not in repr(outputs)


def test_a_real_account_has_no_node_and_the_fence_comes_first_and_the_key_last(
    real: tuple[Answering, AwsOutputs],
) -> None:
    order = real[0].order
    assert not any(each.startswith(("Node", "AwsAccess")) for each in order)
    for earlier in ("Policy boundary", "Policy stop", "Role grader", "BudgetAction budget"):
        assert order.index(earlier) < order.index("AwsSystem first-aws")
    assert order.index("AwsSystem first-aws") < order.index("AwsSystem second-aws") < order.index("AccessKey candidate")


def test_systems_in_a_real_account_are_fenced_and_tagged(real: tuple[Answering, AwsOutputs]) -> None:
    given = real[0].inputs("AwsSystem", "first-aws")
    worker = _secret(given["system"])["template"]["Resources"]["Worker"]["Properties"]
    assert (worker["Path"], worker["PermissionsBoundary"]) == (FENCE.lab_path, FENCE.boundary_arn)
    assert given["tags"] == FENCE.tags


def test_what_became_of_a_real_account(real: tuple[Answering, AwsOutputs]) -> None:
    _, outputs = real
    admin = AwsAdmin.from_json(outputs.admin)
    assert (admin.endpoint, admin.account, admin.region) == ("", ACCOUNT, "eu-west-1")
    assert admin.grader == FENCE.arn("role", "grader")
    assert outputs.environment["AWS_ACCESS_KEY_ID"] == "AKIA1"
    assert outputs.names == {"first": {"made_for": "first-aws"}, "second": {"made_for": "second-aws"}}


def test_a_system_that_the_fence_cannot_hold_registers_nothing() -> None:
    mocks = Answering()
    pulumi.runtime.set_mocks(mocks, project="taller", stack=FENCE.lab)
    parts = [AwsPart("eks", AwsSystem("x", {"Resources": {"C": {"Type": "AWS::EKS::Cluster"}}}), [READ])]
    with pytest.raises(InputError, match="does not allow AWS::EKS::Cluster"):
        register_account(AccountProgram(FENCE.lab, "account", parts, Leave(FENCE, ACCOUNT)), AwsOutputs())
    assert mocks.resources == []


@pytest.mark.parametrize("typed", ["999999999999", "yes", ""])
def test_there_is_no_leave_for_an_account_that_nobody_typed(typed: str) -> None:
    with pytest.raises((AccountError, InputError)):
        Leave(FENCE, typed)


def test_files_for_the_candidate_are_a_workspace_beside_the_account() -> None:
    mocks, _ = _run([AwsPart("first", AwsSystem("north", ROLE, files={"main.tf": "one"}), [READ])])
    assert mocks.order == ["Node account", "Workspace first-workspace", "AwsSystem first-aws", "AwsAccess aws-access"]
    given = {"lab": FENCE.lab, "engine": "emulated", "folder": "north", "files": {"main.tf": "one"}}
    assert mocks.inputs("Workspace", "first-workspace") == given
