from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from labs.core.aws import AwsAdmin, AwsCall
from labs.core.errors import UnreachableError
from provisioner.aws.client import AwsClient
from provisioner.aws.rolekeys import RENEW_SECONDS, RoleKeys, as_grader
from tests.unit.provisioner.account.aws import Answer, ScriptedAws, said_no

ROLE = "arn:aws:iam::123456789012:role/taller-fence/ana-1a2b/taller-ana-1a2b-grader"
HOUR = 3600.0


class Clocked:
    """A clock, and an STS that gives sessions of an hour by it."""

    def __init__(self) -> None:
        self.time = 1_800_000_000.0
        self.number = 0

    def now(self) -> float:
        return self.time

    def assumed(self, _: AwsCall) -> Mapping[str, Any]:
        self.number += 1
        ends = datetime.fromtimestamp(self.time + HOUR, UTC).isoformat()
        return {"Credentials": {"AccessKeyId": f"ASIA{self.number}", "SecretAccessKey": "s", "Expiration": ends}}


class Scripted(ScriptedAws):
    """A client with an administrator's way in."""

    def __init__(self, answers: Mapping[str, Answer], *, session: str = "") -> None:
        super().__init__(answers)
        self.admin = AwsAdmin("", "123456789012", "eu-west-1", grader=ROLE, session=session)


def _client(scripted: Scripted) -> AwsClient:
    return cast("AwsClient", scripted)


def test_keys_are_kept_and_renewed_before_they_end() -> None:
    clock = Clocked()
    keys = RoleKeys(_client(Scripted({"sts:AssumeRole": clock.assumed})), ROLE, clock=clock.now)
    assert [keys()["AccessKeyId"], keys()["AccessKeyId"]] == ["ASIA1", "ASIA1"]
    clock.time += HOUR - RENEW_SECONDS - 1
    assert keys()["AccessKeyId"] == "ASIA1"
    clock.time += 1
    assert keys()["AccessKeyId"] == "ASIA2"


@pytest.mark.parametrize(("session", "name"), [("", "review"), ("review-77aa", "review-77aa")])
def test_a_frozen_account_is_entered_under_the_name_that_passes(session: str, name: str) -> None:
    clock = Clocked()
    aws = Scripted({"sts:AssumeRole": clock.assumed}, session=session)
    RoleKeys(_client(aws), ROLE, clock=clock.now)()
    assert aws.made("AssumeRole") == [{"RoleArn": ROLE, "RoleSessionName": name}]


def test_a_role_that_cannot_be_taken_is_no_evidence() -> None:
    with pytest.raises(UnreachableError, match="cannot take the place"):
        RoleKeys(_client(Scripted({"sts:AssumeRole": said_no("AccessDenied")})), ROLE)()


def test_a_call_without_the_graders_role_is_no_evidence_either() -> None:
    """A no to sts:AssumeRole must not look like a no to the call."""
    aws = Scripted({"sts:AssumeRole": said_no("AccessDenied")})
    client = AwsClient(aws.admin, keys=RoleKeys(_client(aws), ROLE))
    with pytest.raises(UnreachableError):
        client.ask(AwsCall("iam", "ListUsers"))


def test_the_keys_of_a_session_are_those_that_a_call_is_signed_with() -> None:
    clock = Clocked()
    keys = RoleKeys(_client(Scripted({"sts:AssumeRole": clock.assumed})), ROLE, clock=clock.now)
    client = AwsClient(AwsAdmin("", "123456789012", "eu-west-1"), keys=keys)
    call = AwsCall("sts", "GetCallerIdentity")
    assert client._client(call)._get_credentials().access_key == "ASIA1"
    clock.time += HOUR
    assert client._client(call)._get_credentials().access_key == "ASIA2"


def test_an_emulated_account_needs_no_role() -> None:
    client = AwsClient(AwsAdmin("http://127.0.0.1:1", "482913007716", "eu-west-1", "token"))
    assert as_grader(client) is client
    real = AwsClient(AwsAdmin("", "123456789012", "eu-west-1", grader=ROLE))
    assert as_grader(real) is not real
