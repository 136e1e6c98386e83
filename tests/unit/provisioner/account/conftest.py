from collections.abc import Iterator
from functools import cache

import pytest
from moto import mock_aws

from labs.core.aws import AwsAdmin
from provisioner.aws.client import AwsClient
from tests.unit.provisioner.account.fences import ACCOUNT


@cache
def _client() -> AwsClient:
    """One for all tests: reading EC2's model takes botocore half a second."""
    return AwsClient(AwsAdmin("", ACCOUNT, "eu-west-1"))


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[AwsClient]:
    """An empty account, in this process."""
    monkeypatch.setenv("MOTO_ACCOUNT_ID", ACCOUNT)
    monkeypatch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")  # a thousand images and snapshots of its own
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        yield _client()
