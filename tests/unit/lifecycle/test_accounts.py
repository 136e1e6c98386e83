"""A lab in a real account, from its request to nothing left, with moto as AWS and calls in place of Pulumi."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from labs.core.aws import AwsAdmin, AwsCall
from labs.core.errors import ExitCode, HostError, InfrastructureError, InputError, UnreachableError
from labs.core.ids import LabId, ScenarioId
from labs.core.states import LabState
from labs.lifecycle.accounts import AccountRequest, wait_for_grader
from labs.lifecycle.blueprint import program, sandbox_spec
from labs.lifecycle.down import down
from labs.lifecycle.files import LabFiles
from labs.lifecycle.grade import freeze
from labs.lifecycle.sweep import sweep
from labs.lifecycle.up import UpRequest, up
from labs.lifecycle.variants import drawn
from provisioner.account import engine, missing, teardown
from provisioner.account.errors import AccountError
from provisioner.account.prospect import Prospect, Wish
from provisioner.account.teardown import ResidueError
from tests.unit.lifecycle.fakes import catalogue
from tests.unit.lifecycle.realaccount import ACCOUNT, AccountWorld, account_world

SCENARIO = ScenarioId("documents_shared")
WISH = Wish(ACCOUNT, notify=("labs@example.com",))


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AccountWorld]:
    """An empty account, and a host that could make a lab in it."""
    with account_world(tmp_path, monkeypatch) as world:
        yield world


def _request(typed: str = ACCOUNT, wish: Wish = WISH) -> UpRequest:
    return UpRequest("Ana", (SCENARIO,), account=AccountRequest(wish, lambda _: typed))


def _up(world: AccountWorld) -> LabId:
    return up(world.context(), _request()).id


def test_a_lab_comes_up_in_the_account_and_goes_without_a_trace(world: AccountWorld) -> None:
    context = world.context()
    record = up(context, _request())
    files = context.files(record.id)
    assert (record.state, record.engine) == (LabState.READY, "account")
    assert json.loads(files.aws_environment.read_text())["AWS_ACCESS_KEY_ID"]
    assert AwsAdmin.from_json(files.read_aws_admin()).grader.endswith("-grader")
    stacks = world.operator.call(AwsCall("cloudformation", "DescribeStacks"))["Stacks"]
    assert {"Key": "taller:lab", "Value": record.id} in stacks[0]["Tags"]
    assert up(context, _request()).id == record.id  # and nobody is asked
    assert down(context, record.id).state is LabState.GONE
    assert world.operator.call(AwsCall("cloudformation", "DescribeStacks"))["Stacks"] == []
    assert world.operator.call(AwsCall("iam", "ListUsers"))["Users"] == []
    assert f"down:audit of account {ACCOUNT}: nothing is left" in world.told
    assert not files.directory.exists()


def test_the_lab_is_asked_about_when_everything_is_known_and_nothing_made(world: AccountWorld) -> None:
    asked: list[Prospect] = []

    def confirm(found: Prospect) -> str:
        asked.append(found)
        assert world.operator.changes == []
        return ACCOUNT

    up(world.context(), UpRequest("Ana", (SCENARIO,), account=AccountRequest(WISH, confirm)))
    assert len(asked) == 1
    words = " ".join(asked[0].words())
    assert ACCOUNT in words
    assert "USD" in words
    assert "Cuenta" in asked[0].words("es")[0]
    assert asked[0].fence.spent_usd == 1.25


@pytest.mark.parametrize("typed", ["", "y", "yes", "123456789013"])
def test_nothing_is_made_unless_the_person_types_the_accounts_id(world: AccountWorld, typed: str) -> None:
    with pytest.raises(InputError):
        up(world.context(), _request(typed))
    _check_nothing_made(world)


def _check_nothing_made(world: AccountWorld) -> None:
    assert world.operator.changes == []
    assert world.programs == []
    assert world.context().registry.labs() == []
    assert list(world.home.glob("labs/*")) == []


@pytest.mark.parametrize(
    ("wish", "answers", "said"),
    [
        (Wish("999999999999", notify=("a@example.com",)), {}, "You named account 999999999999"),
        (Wish(ACCOUNT), {}, "somebody to tell"),
        (Wish(ACCOUNT, "mars-1", notify=("a@example.com",)), {}, "no region"),
        (Wish(ACCOUNT, "eu-south-1", notify=("a@example.com",)), {}, "no AWS region eu-south-1"),
        (Wish(ACCOUNT, budget_usd=0.5, notify=("a@example.com",)), {}, "not between 1"),
        (
            WISH,
            {"iam:SimulatePrincipalPolicy": {
                "EvaluationResults": [{"EvalActionName": "iam:CreateUser", "EvalDecision": "implicitDeny"}]}},
            "may not iam:CreateUser",
        ),
    ],
)  # fmt: skip
def test_what_speaks_against_it_is_said_before_anybody_is_asked(
    world: AccountWorld, wish: Wish, answers: dict[str, Any], said: str
) -> None:
    world.operator.answers |= answers
    request = AccountRequest(wish, lambda _: pytest.fail("somebody was asked"))
    with pytest.raises(InputError, match=said) as caught:
        up(world.context(), UpRequest("Ana", (SCENARIO,), account=request))
    assert caught.value.exit_code is ExitCode.INPUT
    _check_nothing_made(world)


def test_a_host_without_the_provider_is_told_so(world: AccountWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(missing, "problems", lambda: ["Pulumi's AWS provider is missing: …"])
    with pytest.raises(HostError, match="provider is missing"):
        _up(world)
    assert world.operator.calls == []


def test_scenarios_without_aws_and_labs_without_a_leave_are_refused(world: AccountWorld) -> None:
    context = world.context()
    with pytest.raises(InputError, match="needs an AWS account"):
        up(context, UpRequest("Ana", (ScenarioId("orders_routing"),), account=_request().account))
    record = up(context, _request())
    variants = drawn(catalogue(), [SCENARIO], "Ana")
    spec = sandbox_spec(record.id, [catalogue()[SCENARIO]])
    with pytest.raises(InputError, match="without a confirmation"):
        program(record, variants, spec, engine_of=context.engine_of)
    with pytest.raises(InputError, match="without a confirmation"):
        engine.AccountEngine(context.settings).create(spec)


def test_an_emulated_lab_is_not_taken_for_one_in_an_account(world: AccountWorld) -> None:
    _up(world)
    with pytest.raises(InputError, match="has a lab already"):
        up(world.context(), UpRequest("Ana", (SCENARIO,)))


def test_a_freeze_ends_the_key_and_tells_the_grader_its_session(world: AccountWorld) -> None:
    context = world.context()
    lab = _up(world)
    environment = context.files(lab).aws_environment
    key = json.loads(environment.read_text())["AWS_ACCESS_KEY_ID"]
    assert freeze(context, lab).state is LabState.FROZEN
    admin = AwsAdmin.from_json(context.files(lab).read_aws_admin())
    assert admin.session.startswith("review-")
    assert not environment.exists()
    used = world.operator.call(AwsCall("iam", "ListAccessKeys", {"UserName": f"taller-{lab}-candidate"}))
    assert {each["AccessKeyId"]: each["Status"] for each in used["AccessKeyMetadata"]} == {key: "Inactive"}
    assert down(context, lab).state is LabState.GONE


def test_what_is_left_is_listed_with_its_commands_and_asking_again_looks_again(world: AccountWorld) -> None:
    context = world.context()
    lab = _up(world)
    world.operator.call(AwsCall("sqs", "CreateQueue", {"QueueName": "forgotten"}))
    before = world.clock.now()
    with pytest.raises(ResidueError) as caught:
        down(context, lab)
    assert caught.value.exit_code is ExitCode.INFRASTRUCTURE
    assert world.clock.now() - before >= teardown.PATIENCE_SECONDS
    assert any("aws sqs delete-queue" in line for line in caught.value.lines)
    assert "aws sqs delete-queue" in caught.value.facts["left_1"]
    assert "aws sqs delete-queue" in str(caught.value)
    assert context.registry.get(lab).state is not LabState.GONE
    assert context.files(lab).real_account.exists()
    queue = world.operator.call(AwsCall("sqs", "ListQueues"))["QueueUrls"][0]
    world.operator.call(AwsCall("sqs", "DeleteQueue", {"QueueUrl": queue}))
    assert down(context, lab).state is LabState.GONE


def test_a_half_made_lab_is_rolled_back_in_the_account_too(world: AccountWorld) -> None:
    world.stack_trouble = InfrastructureError("Pulumi fell over")
    with pytest.raises(InfrastructureError, match="fell over"):
        _up(world)
    assert world.operator.call(AwsCall("cloudformation", "DescribeStacks"))["Stacks"] == []
    assert world.operator.call(AwsCall("iam", "ListPolicies", {"Scope": "Local"}))["Policies"] == []
    assert list(world.home.glob("labs/*")) == []


def test_what_a_failed_lab_leaves_is_told_with_the_failure(world: AccountWorld) -> None:
    world.stack_trouble = InfrastructureError("Pulumi fell over")
    context = world.context()

    def confirm(found: Prospect) -> str:
        world.operator.call(AwsCall("sqs", "CreateQueue", {"QueueName": "forgotten"}))
        return found.identity.account

    with pytest.raises(InfrastructureError, match="fell over") as caught:
        up(context, UpRequest("Ana", (SCENARIO,), account=AccountRequest(WISH, confirm)))
    assert any("aws sqs delete-queue" in note for note in caught.value.__notes__)
    assert [each.state for each in context.registry.labs()] == [LabState.FAILED]


def test_a_cluster_beside_the_account_takes_nothing_with_it_that_the_account_needs(world: AccountWorld) -> None:
    """The node's cell is made, and goes, with the lab's own directory."""
    context = world.context()
    scenarios = (ScenarioId("orders_routing"), SCENARIO)
    lab = up(context, UpRequest("Ana", scenarios, account=AccountRequest(WISH, lambda _: ACCOUNT))).id
    assert context.registry.get(lab).engine == "labnode+account"
    assert context.files(lab).read_all_names()[SCENARIO]
    context.engine_of("labnode").destroy(lab)
    world.told.clear()
    assert down(context, lab).state is LabState.GONE
    assert f"down:audit of account {ACCOUNT}: nothing is left" in world.told
    assert world.operator.call(AwsCall("cloudformation", "DescribeStacks"))["Stacks"] == []
    assert (world.engine.living, list(world.home.glob("labs/*"))) == ({}, [])


def test_another_accounts_credentials_remove_nothing(world: AccountWorld) -> None:
    context = world.context()
    lab = _up(world)
    world.operator.answers["sts:GetCallerIdentity"] = {
        "Account": "999999999999", "Arn": "arn:aws:iam::999999999999:user/me",
    }  # fmt: skip
    world.operator.calls.clear()
    with pytest.raises(AccountError, match="lead to account 999999999999"):
        down(context, lab)
    assert world.operator.changes == []
    assert context.files(lab).real_account.exists()


def test_an_orphan_without_a_row_is_removed_from_its_account_too(world: AccountWorld) -> None:
    lab = _up(world)
    world.context().settings.registry_path.unlink()
    assert [each.trouble for each in sweep(world.context()) if each.lab == lab] == [""]
    assert world.operator.call(AwsCall("cloudformation", "DescribeStacks"))["Stacks"] == []


def test_a_role_that_iam_does_not_know_yet_is_waited_for_and_not_for_ever(world: AccountWorld) -> None:
    context = world.context()
    world.reader.unknown_for = 3
    wait_for_grader(context, "admin")
    world.reader.unknown_for = 10_000
    with pytest.raises(UnreachableError):
        wait_for_grader(context, "admin")


def test_a_lab_whose_account_cannot_be_found_any_more_is_not_called_gone(world: AccountWorld) -> None:
    context = world.context()
    lab = _up(world)
    text = context.files(lab).read_real_account()
    context.files(lab).remove()
    with pytest.raises(InfrastructureError, match="is lost") as caught:
        down(context, lab)
    assert f"Values={lab}" in caught.value.hint
    assert context.registry.get(lab).state is LabState.READY
    context.files(lab).keep_real_account(text)
    assert down(context, lab).state is LabState.GONE


def test_a_lab_that_failed_and_was_rolled_back_goes_without_its_files(world: AccountWorld) -> None:
    world.stack_trouble = InfrastructureError("Pulumi fell over")
    context = world.context()
    with pytest.raises(InfrastructureError, match="fell over"):
        _up(world)
    (record,) = context.registry.labs()
    assert down(context, record.id).state is LabState.GONE


def test_a_lab_that_never_reached_its_account_goes(world: AccountWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise InfrastructureError("the disk is full")

    monkeypatch.setattr(LabFiles, "keep_real_account", full)
    context = world.context()
    with pytest.raises(InfrastructureError, match="is full"):
        _up(world)
    assert world.operator.changes == []
    (record,) = context.registry.labs()
    assert down(context, record.id).state is LabState.GONE
