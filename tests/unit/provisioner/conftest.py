from collections.abc import Iterator

import pytest

from provisioner.aws.client import AwsClient
from tests.unit.provisioner.servers import emulated_account


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AwsClient]:
    """The grader's client of an emulated account that the tests of a module share."""
    with emulated_account(tmp_path_factory.mktemp("account")) as admin:
        yield AwsClient(admin)
