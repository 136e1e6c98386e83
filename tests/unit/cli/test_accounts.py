"""`taller … --engine account`, from the command line down to the calls that AWS gets."""

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from labs.cli import tools
from labs.core.aws import AwsCall
from labs.core.errors import ExitCode
from labs.lifecycle import wiring
from provisioner.account import missing
from tests.unit.cli.conftest import Taller
from tests.unit.lifecycle.realaccount import ACCOUNT, AccountWorld, account_world

UP = ("up", "--scenario", "documents_shared", "--candidate", "Ana")
NAMED = (*UP, "--engine", "account", "--account", ACCOUNT, "--notify", "labs@example.com")


class Terminal(io.StringIO):
    """Standard input of a person."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AccountWorld]:
    """An empty account, a host that could make a lab in it, and nobody at the terminal."""
    with account_world(tmp_path / "home", monkeypatch) as world:
        monkeypatch.setattr(wiring, "real_context", lambda *_: world.context())
        monkeypatch.setattr(tools, "ensure_toolchain", lambda: None)
        monkeypatch.setattr(sys, "stdin", io.StringIO())
        yield world


def _check_nothing_made(world: AccountWorld) -> None:
    assert world.programs == []
    assert world.operator.changes == []
    assert not world.stacks
    assert list(world.home.glob("labs/*")) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((*UP, "--account", ACCOUNT), "unless it is asked for"),
        ((*UP, "--confirm", ACCOUNT), "--confirm: only for a real AWS account"),
        ((*UP, "--engine", "emulated", "--confirm", ACCOUNT), "unless it is asked for"),
        ((*UP, "--budget-usd", "5", "--region", "eu-west-1"), "--region, --budget-usd: only"),
        ((*UP, "--engine", "acount", "--account", ACCOUNT), "no engine 'acount'"),
        ((*UP, "--engine", "account"), "must name it"),
        ((*UP, "--engine", "account", "--account", "my-account"), "not an AWS account id"),
        ((*UP, "--engine", "account", "--account", ACCOUNT, "--confirm", ACCOUNT), "somebody to tell"),
        (NAMED, "must be confirmed"),
        ((*NAMED, "--confirm", "yes"), "not an AWS account id"),
        ((*NAMED, "--confirm", "999999999999"), "You named account 999999999999"),
        ((*NAMED, "--confirm", ACCOUNT, "--region", "eu-south-1"), "no AWS region eu-south-1"),
    ],
)
def test_nothing_is_made_in_an_account_that_was_not_named_twice(
    world: AccountWorld, taller: Taller, arguments: tuple[str, ...], said: str
) -> None:
    done = taller(*arguments, "--json")
    assert done.code == ExitCode.INPUT
    assert said in done.document["error"]
    assert done.document["hint"]
    _check_nothing_made(world)


def test_who_where_and_for_how_much_is_told_before_the_confirmation(world: AccountWorld, taller: Taller) -> None:
    done = taller(*NAMED, "--budget-usd", "7", "--json")
    assert done.code == ExitCode.INPUT
    assert f"Account {ACCOUNT}" in done.err
    assert "About 0.00 USD until the end" in done.err
    assert "budget of 7.00 USD" in done.err
    assert f"--confirm {ACCOUNT}" in done.document["hint"]
    _check_nothing_made(world)


@pytest.mark.parametrize("typed", ["y", "yes", "999999999999"])
def test_a_terminal_is_asked_and_another_answer_makes_nothing(
    world: AccountWorld, taller: Taller, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(f"{typed}\n"))
    done = taller(*NAMED)
    assert done.code == ExitCode.INPUT
    assert "Type the account's id" in done.err
    _check_nothing_made(world)


def test_json_never_asks_a_terminal(world: AccountWorld, taller: Taller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(f"{ACCOUNT}\n"))
    assert taller(*NAMED, "--json").code == ExitCode.INPUT
    _check_nothing_made(world)


@pytest.mark.parametrize("lacking", ["The Python package pulumi-aws is missing", "There are no AWS credentials"])
def test_what_the_host_lacks_is_told_with_its_remedy(
    world: AccountWorld, taller: Taller, monkeypatch: pytest.MonkeyPatch, lacking: str
) -> None:
    monkeypatch.setattr(missing, "problems", lambda: [f"{lacking}: do this."])
    done = taller(*NAMED, "--confirm", ACCOUNT, "--json")
    assert done.code == ExitCode.INPUT
    assert f"{lacking}: do this." in done.document["error"]
    assert world.operator.calls == []


@pytest.mark.parametrize("way", ["option", "terminal"])
def test_the_accounts_id_makes_the_lab_and_what_it_leaves_ends_down_with_code_3(
    world: AccountWorld, taller: Taller, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    if way == "terminal":
        monkeypatch.setattr(sys, "stdin", Terminal(f"{ACCOUNT}\n"))
    done = taller(*NAMED, *(["--confirm", ACCOUNT] if way == "option" else []))
    assert done.code == 0, done.err
    assert "the candidate's variables" in done.out
    (lab,) = taller("list", "--json").document
    assert (lab["state"], lab["engine"]) == ("ready", "account")
    assert taller("shell", lab["lab"], "--json").code == ExitCode.INPUT
    world.operator.call(AwsCall("sqs", "CreateQueue", {"QueueName": "forgotten"}))
    done = taller("down", lab["lab"], "--json")
    assert done.code == ExitCode.INFRASTRUCTURE
    assert "aws sqs delete-queue" in done.document["left_1"]
    assert f"taller down {lab['lab']}" in done.document["hint"]
    queue = world.operator.call(AwsCall("sqs", "ListQueues"))["QueueUrls"][0]
    world.operator.call(AwsCall("sqs", "DeleteQueue", {"QueueUrl": queue}))
    done = taller("down", lab["lab"])
    assert (done.code, done.out) == (0, f"Lab {lab['lab']} is gone.\n")


def test_frozen_from_the_command_line(world: AccountWorld, taller: Taller) -> None:
    lab = taller(*NAMED, "--confirm", ACCOUNT, "--json").document["lab"]
    assert taller("freeze", lab, "--json").document["state"] == "frozen"
    assert "CreatePolicyVersion" in " ".join(world.operator.changes)
