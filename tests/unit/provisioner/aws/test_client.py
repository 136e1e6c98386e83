import pytest
from botocore.exceptions import ClientError

from labs.core.aws import AwsAdmin, AwsCall
from labs.core.errors import InputError, UnreachableError
from provisioner.aws.client import AwsClient
from provisioner.aws.reader import Reader

NOWHERE = AwsAdmin("http://127.0.0.1:1", "000000000000", "eu-west-1", "none")


def test_every_page_is_read(client: AwsClient) -> None:
    for number in range(3):
        client.call(AwsCall("iam", "CreateUser", {"UserName": f"user-{number}"}))
    assert len(client.call(AwsCall("iam", "ListUsers", {"PaginationConfig": {"PageSize": 1}}))["Users"]) == 3


def test_a_no_is_an_answer_or_an_error(client: AwsClient) -> None:
    call = AwsCall("iam", "GetUser", {"UserName": "nobody"})
    assert client.ask(call).error_code == "NoSuchEntity"
    with pytest.raises(ClientError, match="NoSuchEntity"):
        client.call(call)


def test_answers_are_plain_data(client: AwsClient) -> None:
    made = client.call(AwsCall("iam", "CreateUser", {"UserName": "plain"}))["User"]
    assert isinstance(made["CreateDate"], str)
    assert "ResponseMetadata" not in made


@pytest.mark.parametrize("call", [
    AwsCall("nosuchservice", "Get"), AwsCall("iam", "GetNothing"), AwsCall("iam", "GetUser", {"Name": "x"}),
])  # fmt: skip
def test_what_aws_does_not_know_is_said(client: AwsClient, call: AwsCall) -> None:
    with pytest.raises(InputError):
        client.ask(call)


def test_nobody_answering_is_not_an_answer() -> None:
    with pytest.raises(UnreachableError):
        AwsClient(NOWHERE).ask(AwsCall("iam", "ListUsers"))
    with pytest.raises(UnreachableError):
        AwsClient(NOWHERE).control("state")


def test_a_reader_only_reads(client: AwsClient) -> None:
    reader = Reader(client)
    assert reader.account == client.admin.account
    with pytest.raises(InputError, match="changes the account"):
        reader.ask(AwsCall("iam", "CreateUser", {"UserName": "x"}))
    with pytest.raises(InputError, match="not the ARN"):
        reader.ask(AwsCall("iam", "ListUsers"), as_role="worker")
    nobody = f"arn:aws:iam::{reader.account}:role/nobody"
    assert reader.ask(AwsCall("iam", "ListUsers"), as_role=nobody).error_code == "NoSuchEntity"


def test_freezing_is_told(client: AwsClient) -> None:
    assert client.control("state") == {"frozen": False, "account": client.admin.account}
