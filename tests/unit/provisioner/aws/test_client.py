from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

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
    with pytest.raises(UnreachableError, match=r"account at http://127\.0\.0\.1:1 does not answer") as caught:
        AwsClient(NOWHERE).ask(AwsCall("iam", "ListUsers"))
    assert "taller list" in caught.value.hint
    with pytest.raises(UnreachableError) as caught:
        AwsClient(NOWHERE).control("state")
    assert "taller list" in caught.value.hint


def test_what_answers_with_something_else_is_not_aws() -> None:
    """A page of a proxy: botocore's parser stumbles over it with a KeyError."""

    class Portal(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>Please log in</html>")

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Portal) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        admin = AwsAdmin(f"http://127.0.0.1:{server.server_port}", "000000000000", "eu-west-1", "none")
        with pytest.raises(UnreachableError, match="does not speak as AWS does") as caught:
            AwsClient(admin).ask(AwsCall("sts", "GetCallerIdentity"))
        server.shutdown()
    assert "proxy" in caught.value.hint


def test_a_slow_account_is_not_asked_to_do_it_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second of two calls to make a stack said "already exists", of a stack that was in the making."""
    monkeypatch.setattr("provisioner.aws.client.EMULATED_SECONDS", 0.2)
    asked: list[str] = []
    over = Event()

    class Slow(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.path)
            over.wait(10.0)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Slow) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        admin = AwsAdmin(f"http://127.0.0.1:{server.server_port}", "000000000000", "eu-west-1", "none")
        with pytest.raises(UnreachableError):
            AwsClient(admin).ask(AwsCall("cloudformation", "CreateStack", {"StackName": "shop"}))
        over.set()
        server.shutdown()
    assert asked == ["/"]


def test_a_region_that_cannot_be_one_is_the_callers_to_mend(client: AwsClient) -> None:
    with pytest.raises(InputError, match="region_name") as caught:
        client.ask(AwsCall("iam", "ListUsers", region="Europe!"))
    assert "--region" in caught.value.hint


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
