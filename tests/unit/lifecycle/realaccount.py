"""A world with a real AWS account in it: moto in this process as AWS, and a Pulumi that calls it."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from moto import mock_aws

from labs.core.aws import AwsAdmin, AwsAnswer, AwsCall
from labs.core.errors import TallerError, UnreachableError
from labs.core.ids import LabId
from labs.core.ports import Engine, SandboxHandle, SandboxSpec
from labs.lifecycle import up as up_module
from labs.lifecycle.context import Context
from provisioner.account import missing, policies, teardown
from provisioner.account.engine import AccountEngine
from provisioner.account.freeze import release
from provisioner.account.guard import NEEDED
from provisioner.account.spec import Fence
from provisioner.account.templates import fenced
from provisioner.aws.client import AwsClient
from provisioner.aws.system import deploy
from provisioner.pulumi.awsprogram import AwsOutputs
from provisioner.pulumi.program import LabProgram, Outputs
from tests.unit.lifecycle.fakes import World
from tests.unit.provisioner.account.aws import Answer, ScriptedAws, said_no
from tests.unit.provisioner.pulumi.fakes import FakeEngine

if TYPE_CHECKING:
    from provisioner.aws.sandbox import AwsSandbox
    from provisioner.pulumi.stack import Stack

ACCOUNT = "123456789012"
OPERATOR = f"arn:aws:iam::{ACCOUNT}:user/me"
ALLOWED = [{"EvalActionName": action, "EvalDecision": "allowed"} for action in NEEDED]
READING = ("Get", "List", "Describe", "Simulate", "Head")


@cache
def _aws() -> AwsClient:
    """One for all tests: reading AWS's models takes botocore seconds."""
    return AwsClient(AwsAdmin("", ACCOUNT, "eu-west-1"))


def scripted() -> dict[str, Answer]:
    """What moto does not answer as AWS does."""
    return {
        "sts:GetCallerIdentity": {"Account": ACCOUNT, "Arn": OPERATOR},
        "organizations:DescribeOrganization": said_no("AWSOrganizationsNotInUseException"),
        "iam:SimulatePrincipalPolicy": {"EvaluationResults": ALLOWED},
        "account:ListRegions": {"Regions": [{"RegionName": "eu-west-1", "RegionOptStatus": "ENABLED_BY_DEFAULT"}]},
        "ce:GetCostAndUsage": {"ResultsByTime": [{"Total": {"UnblendedCost": {"Amount": "1.25", "Unit": "USD"}}}]},
    }


class Operator:
    """AwsClient's part, answered by what is scripted or by moto; remembers the calls."""

    admin = AwsAdmin("", ACCOUNT, "eu-west-1")

    def __init__(self, aws: AwsClient) -> None:
        self.aws = aws
        self.answers = scripted()
        self.calls: list[AwsCall] = []

    def call(self, call: AwsCall) -> Mapping[str, Any]:
        self.calls.append(call)
        if str(call) in self.answers:
            return ScriptedAws(self.answers).call(call)
        return self.aws.call(call)

    def with_keys(self, keys: Mapping[str, str]) -> ScriptedAws:
        """The candidate, whose key AWS refuses from the second time on."""
        assert keys["AccessKeyId"]
        return ScriptedAws({"iam:ListAccountAliases": said_no("InvalidClientTokenId")})

    @property
    def changes(self) -> list[str]:
        """What was asked that is not reading."""
        return [str(call) for call in self.calls if not call.operation.startswith(READING)]


@dataclass
class FakeReader:
    """The grader's reader; its role is unknown to AWS for a while."""

    unknown_for: int = 0

    @property
    def aws(self) -> "FakeReader":
        return self

    def ask(self, call: AwsCall) -> AwsAnswer:
        if self.unknown_for:
            self.unknown_for -= 1
            raise UnreachableError(f"{call}: not yet")
        return AwsAnswer()


@dataclass
class AccountWorld(World):
    """A World whose engine `account` is ours."""

    operator: Operator = field(default_factory=lambda: Operator(_aws()))
    reader: FakeReader = field(default_factory=FakeReader)
    programs: list[LabProgram] = field(default_factory=list)
    stack_trouble: TallerError | None = None

    def context(self, **settings: Any) -> Context:
        context = super().context(**settings)
        account = AccountEngine(context.settings)
        return replace(
            context,
            engine_of=lambda name: cast("Engine", account) if name == "account" else CellsEngine(self.engine, context),
            account_of=lambda _: cast("AwsSandbox", self.reader),
            operator_of=lambda *_: cast("AwsClient", self.operator),
        )

    def _stack(self, lab: LabId, engine_of: Callable[[str], Engine]) -> "Stack":
        return cast("Stack", AccountStack(self, lab, engine_of))


class CellsEngine(FakeEngine):
    """A node's engine in one respect: its cell is made, and goes, with the lab's directory."""

    def __init__(self, books: FakeEngine, context: Context) -> None:
        super().__init__()
        self._labs = context.settings.labs_directory
        self.living = books.living

    def create(self, spec: SandboxSpec) -> SandboxHandle:
        shutil.rmtree(self._labs / spec.lab, ignore_errors=True)
        return super().create(spec)

    def destroy(self, lab: LabId) -> None:
        super().destroy(lab)
        shutil.rmtree(self._labs / lab, ignore_errors=True)


@dataclass
class AccountStack:
    """Does by calls what the real program has Pulumi do."""

    world: AccountWorld
    lab: LabId
    engine_of: Callable[[str], Engine]

    def up(self, program: LabProgram) -> Outputs:
        world, aws = self.world, cast("AwsClient", self.world.operator)
        world.programs.append(program)
        world.stacks.add(self.lab)
        node = self.engine_of(program.engine).create(SandboxSpec(self.lab)) if program.engine else None
        assert program.account
        assert program.account.leave
        fence = program.account.leave.fence
        for role, document in (("boundary", policies.boundary(fence)), ("stop", policies.stop())):
            self._iam("CreatePolicy", PolicyName=fence.name(role), Path=fence.fence_path,
                      PolicyDocument=json.dumps(document), Tags=_tags(fence))  # fmt: skip
        names = {p.name: deploy(aws, fenced(p.system, fence), tags=fence.tags) for p in program.account.parts}
        if world.stack_trouble:
            raise world.stack_trouble
        user = fence.name("candidate")
        self._iam("CreateUser", UserName=user, Path=fence.fence_path, PermissionsBoundary=fence.boundary_arn)
        key = self._iam("CreateAccessKey", UserName=user)["AccessKey"]
        environment = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
        admin = AwsAdmin("", ACCOUNT, "eu-west-1", grader=fence.arn("role", "grader")).to_json()
        outputs = Outputs(aws=AwsOutputs(admin, environment, names))
        if node:
            outputs.admin_kubeconfig, outputs.candidate_kubeconfig = node.admin, f"candidate of {self.lab}"
        return outputs

    def destroy(self) -> None:
        if self.lab not in self.world.stacks:
            return
        account = self.world.programs[-1].account
        assert account
        assert account.leave
        fence = account.leave.fence
        release(cast("AwsClient", self.world.operator), fence)
        if self._iam("ListUsers", PathPrefix=fence.fence_path)["Users"]:
            self._iam("DeleteUser", UserName=fence.name("candidate"))
        for policy in self._iam("ListPolicies", Scope="Local", PathPrefix=fence.fence_path)["Policies"]:
            for version in self._iam("ListPolicyVersions", PolicyArn=policy["Arn"])["Versions"]:
                if not version["IsDefaultVersion"]:
                    self._iam("DeletePolicyVersion", PolicyArn=policy["Arn"], VersionId=version["VersionId"])
            self._iam("DeletePolicy", PolicyArn=policy["Arn"])
        self.world.stacks.discard(self.lab)

    def forget(self) -> None:
        self.world.stacks.discard(self.lab)

    def _iam(self, operation: str, **parameters: Any) -> Mapping[str, Any]:
        return self.world.operator.call(AwsCall("iam", operation, parameters))


def _tags(fence: Fence) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in fence.tags.items()]


@contextmanager
def account_world(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AccountWorld]:
    """An empty account, and a host that could make a lab in it; patience for two looks: one takes moto a second."""
    monkeypatch.setenv("MOTO_ACCOUNT_ID", ACCOUNT)
    monkeypatch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(missing, "problems", list)
    monkeypatch.setattr(teardown, "PATIENCE_SECONDS", 20.0)
    with mock_aws():
        world = AccountWorld(home, operator=Operator(_aws()))
        monkeypatch.setattr(up_module, "hand_over", world.hand_over)
        yield world
