import pytest
from moto import mock_aws

from labs.core.aws import AwsAdmin, AwsCall
from provisioner.account.errors import AccountError
from provisioner.aws.client import AwsClient
from provisioner.aws.sandbox import AwsSandbox
from provisioner.pulumi.awskinds import SystemKind
from tests.unit.provisioner.account.fences import ACCOUNT

NET = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.7.0.0/16"}}
SYSTEM = {"stack": "north", "template": {"Resources": {"Net": NET}}, "steps": []}


def _inputs(account: str) -> dict[str, object]:
    return {"admin": AwsAdmin("", account, "eu-west-1").to_json(), "system": SYSTEM, "tags": {"taller:lab": "ana-1a2b"}}


@pytest.fixture(autouse=True)
def _moto(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTO_ACCOUNT_ID", ACCOUNT)
    monkeypatch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)


def test_a_system_is_made_and_removed_only_in_the_account_that_was_confirmed() -> None:
    kind = SystemKind()
    with mock_aws():
        client = AwsClient(AwsAdmin("", ACCOUNT, "eu-west-1"))
        with pytest.raises(AccountError, match=f"lead to account {ACCOUNT}, not 999999999999"):
            kind.create(_inputs("999999999999"))
        assert client.call(AwsCall("cloudformation", "DescribeStacks"))["Stacks"] == []
        _, outputs = kind.create(_inputs(ACCOUNT))
        stack = client.call(AwsCall("cloudformation", "DescribeStacks"))["Stacks"][0]
        assert stack["Tags"] == [{"Key": "taller:lab", "Value": "ana-1a2b"}]
        with pytest.raises(AccountError):
            kind.delete("north", {**outputs, "admin": AwsAdmin("", "999999999999", "eu-west-1").to_json()})
        kind.delete("north", outputs)
        assert client.call(AwsCall("cloudformation", "DescribeStacks"))["Stacks"] == []


def test_a_grader_of_a_real_account_takes_its_role_and_not_the_operators_keys() -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/taller-fence/ana-1a2b/taller-ana-1a2b-grader"
    with mock_aws():
        sandbox = AwsSandbox(AwsAdmin("", ACCOUNT, "eu-west-1", grader=role, session="review-77aa").to_json())
        said = sandbox.aws.ask(AwsCall("sts", "GetCallerIdentity")).result
    assert said["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/taller-ana-1a2b-grader/review-77aa"
